package io.shardwright.remote;

import com.google.auto.service.AutoService;
import java.nio.file.spi.FileSystemProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** Objects in buckets of S3 and stores that speak like it: {@code s3://bucket/key}. */
@AutoService(FileSystemProvider.class)
public final class S3Provider extends StoreProvider {
  private final S3Settings settings;
  private final Retries retries;
  private final S3Objects objects;
  private S3Client client;

  /** As the environment of the process says. */
  public S3Provider() {
    this(Settings.ofProcess(), Settings.ofProcess().retries());
  }

  S3Provider(Settings settings, Retries retries, S3Client client) {
    this(settings, retries);
    this.client = client;
  }

  private S3Provider(Settings settings, Retries retries) {
    super("s3", settings.connections());
    this.settings = new S3Settings(settings);
    this.retries = retries;
    objects = new S3Objects(this::client, retries);
  }

  private synchronized S3Client client() {
    client = client == null ? settings.client() : client;
    return client;
  }

  @Override
  Store store() {
    return objects;
  }

  @Override
  Retries retries() {
    return retries;
  }

  @Override
  S3Uploads uploads() {
    return new S3Uploads(client(), retries, settings.checksums(), settings.pace());
  }

  @Override
  public int smallestPart() {
    return S3Uploads.SMALLEST_PART;
  }

  @Override
  public int mostParts() {
    return S3Uploads.MOST_PARTS;
  }
}
