package io.shardwright.spi.format;

import java.util.Map;
import java.util.Set;

/** A file, or the files of one folder, opened by the engine under its limits. */
public interface StoredFiles {
  /**
   * The file's or folder's name, for messages.
   *
   * @return its last part
   */
  String name();

  /**
   * Whether it is a folder.
   *
   * @return false for a file
   */
  boolean isFolder();

  /**
   * The names of the files.
   *
   * @return those of a folder itself, none of the folders in it; a file's own name
   */
  Set<String> files();

  /**
   * A file's bytes.
   *
   * @param file one of {@link #files}
   * @return nothing is read yet
   * @throws io.shardwright.spi.error.MalformedCheckpointException if there is no such file
   * @throws io.shardwright.spi.error.CheckpointException if it can't be opened
   */
  StoredBytes bytes(String file);

  /**
   * The entries of a zip, stored or deflated. Its directory was compared with its local headers.
   *
   * @param file one of {@link #files}
   * @return every file in it, by its full name; a deflated one is unpacked when it is first read
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is no zip or a damaged one
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if a name leads elsewhere, or there
   *     is more than a limit allows
   */
  Map<String, StoredBytes> zip(String file);
}
