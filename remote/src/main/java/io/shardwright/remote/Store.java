package io.shardwright.remote;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;

/**
 * What a scheme knows of its objects. All methods block, may be called by several threads, try
 * again where that can help, and then throw a {@link io.shardwright.spi.error.CheckpointException},
 * so that nobody takes a network's failure for a file that is not there.
 */
interface Store {
  /**
   * What is at a path.
   *
   * @return empty where nothing is
   */
  Optional<Entry> entry(RemotePath path);

  /** Names of the files and folders in a folder, sorted. */
  List<String> names(RemotePath folder);

  /** Opens an object; what it was then is what all its ranges must be of. */
  RangeReader reader(RemotePath path);

  /** The refusal of a path where nothing is. */
  static CheckpointIoException missing(String where) {
    return new CheckpointIoException(
        ErrorCode.SOURCE_MISSING, where, "no such file: check the path");
  }

  /**
   * A file or a folder.
   *
   * @param folder whether it is one
   * @param size in bytes; 0 for a folder
   * @param modified when it was written; the epoch where nobody says
   * @param version what differs for other bytes: an ETag, an object's id
   */
  record Entry(boolean folder, long size, FileTime modified, Optional<String> version) {
    static final FileTime UNKNOWN = FileTime.fromMillis(0);

    static Entry ofFolder() {
      return new Entry(true, 0, UNKNOWN, Optional.empty());
    }

    static Entry ofFile(long size, FileTime modified, String version) {
      return new Entry(false, size, modified, Optional.of(version));
    }
  }
}
