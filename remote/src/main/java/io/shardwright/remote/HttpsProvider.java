package io.shardwright.remote;

import com.google.auto.service.AutoService;
import java.nio.file.spi.FileSystemProvider;

/** Files at {@code https://host/path}. */
@AutoService(FileSystemProvider.class)
public final class HttpsProvider extends WebProvider {
  /** As the environment variables of the process say. */
  public HttpsProvider() {
    this(Settings.ofProcess(), Settings.ofProcess().retries());
  }

  HttpsProvider(Settings settings, Retries retries) {
    super("https", settings, retries);
  }
}
