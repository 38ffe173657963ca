package io.shardwright.remote;

import com.google.auto.service.AutoService;
import java.nio.file.spi.FileSystemProvider;

/** Files at {@code http://host/path}, of this machine unless others are allowed. */
@AutoService(FileSystemProvider.class)
public final class HttpProvider extends WebProvider {
  /** As the environment variables of the process say. */
  public HttpProvider() {
    this(Settings.ofProcess(), Settings.ofProcess().retries());
  }

  HttpProvider(Settings settings, Retries retries) {
    super("http", settings, retries);
  }
}
