package io.shardwright.spi.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An object store whose objects are uploaded by parts: nobody sees an object before its upload is
 * completed, and then all of it. A {@link java.nio.file.spi.FileSystemProvider} that is one
 * implements this. All methods may be called by several threads, and try again where that helps.
 * They throw a {@link java.nio.file.FileAlreadyExistsException} where something must not be
 * replaced, a {@link java.nio.file.NoSuchFileException} where an upload is not there any more, and
 * a {@link io.shardwright.spi.error.CheckpointException} where a failure has a code of its own.
 */
public interface ObjectStore {
  /**
   * A part that the store has.
   *
   * @param number from 1 on
   * @param tag how the store names it
   * @param bytes its length
   * @param crc its CRC-32, where the store tells it
   */
  record Part(int number, String tag, long bytes, OptionalLong crc) {}

  /**
   * An upload that is not completed.
   *
   * @param object what it is to be
   * @param upload how the store names it
   */
  record Upload(Path object, String upload) {}

  /**
   * The store of a path.
   *
   * @param path of any file system
   * @return empty where its file system is none
   */
  static Optional<ObjectStore> of(Path path) {
    return path.getFileSystem().provider() instanceof ObjectStore store
        ? Optional.of(store)
        : Optional.empty();
  }

  /** {@return the shortest part in bytes, but for an object's last} */
  int smallestPart();

  /** {@return how many parts an object can have} */
  int mostParts();

  /**
   * Begins an upload.
   *
   * @param object what it is to be
   * @return how the store names it
   * @throws IOException if it can't be begun
   */
  String begin(Path object) throws IOException;

  /**
   * Sends a part, in place of one with the same number.
   *
   * @param object what is uploaded
   * @param upload its name
   * @param number from 1 on
   * @param bytes its remaining bytes, which may be read more than once
   * @param crc their CRC-32, which the store is to compare if it can
   * @throws IOException if it can't be sent
   */
  void send(Path object, String upload, int number, ByteBuffer bytes, long crc) throws IOException;

  /**
   * Asks which parts the store has.
   *
   * @param object what is uploaded
   * @param upload its name
   * @return by number
   * @throws IOException if it can't be asked
   */
  List<Part> parts(Path object, String upload) throws IOException;

  /**
   * Has the object appear.
   *
   * @param object what is uploaded
   * @param upload its name
   * @param parts all of them, by number
   * @param replace whether it may replace an object
   * @throws IOException if it can't
   */
  void complete(Path object, String upload, List<Part> parts, boolean replace) throws IOException;

  /**
   * Gives an upload up, if it is still there.
   *
   * @param object what is uploaded
   * @param upload its name
   * @throws IOException if it can't
   */
  void abort(Path object, String upload) throws IOException;

  /**
   * Finds uploads that are not completed.
   *
   * @param path of an object, or of a folder of objects
   * @return those of the object and of all below it
   * @throws IOException if the store can't be asked
   */
  List<Upload> uploads(Path path) throws IOException;

  /**
   * Makes a small object at once.
   *
   * @param object its path
   * @param bytes its remaining bytes
   * @param replace whether it may replace one
   * @throws IOException if it can't
   */
  void put(Path object, ByteBuffer bytes, boolean replace) throws IOException;
}
