package io.shardwright.remote;

import com.google.auto.service.AutoService;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.file.spi.FileSystemProvider;

/**
 * Files of HDFS, {@code hdfs://host:port/folder/file}, by Hadoop's client, which must be on the
 * class path: on Spark it is.
 */
@AutoService(FileSystemProvider.class)
public final class HdfsProvider extends StoreProvider {
  private static final int CONNECTIONS = 8;

  /** A part is a block at least; short ones burden a name node. */
  private static final int SMALLEST_PART = 8 << 20;

  private static final int MOST_PARTS = 10_000;

  /** Made when it is needed, for it needs Hadoop's classes. */
  private HdfsFiles files;

  /** By the configuration on the class path. */
  public HdfsProvider() {
    super("hdfs", CONNECTIONS);
  }

  private synchronized HdfsFiles files() {
    try {
      files = files == null ? new HdfsFiles(retries()) : files;
      return files;
    } catch (NoClassDefFoundError absent) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          "hdfs",
          "Hadoop's client is not on the class path: add hadoop-client-api and"
              + " hadoop-client-runtime");
    }
  }

  @Override
  Store store() {
    return files();
  }

  @Override
  Uploads uploads() {
    return new HdfsUploads(files());
  }

  @Override
  Retries retries() {
    return Retries.STANDARD;
  }

  @Override
  public int smallestPart() {
    return SMALLEST_PART;
  }

  @Override
  public int mostParts() {
    return MOST_PARTS;
  }
}
