package io.shardwright.spi.format;

/** Bytes of a file or of an entry of a zip. The engine alone makes them. */
public interface StoredBytes {
  /**
   * Where they lie, for messages.
   *
   * @return for example {@code model.npz!weight.npy}
   */
  String name();

  /**
   * How many there are.
   *
   * @return bytes, unpacked
   */
  long size();

  /**
   * Reads a part: headers, never a tensor's values. What is read counts against the limit on memory
   * for headers.
   *
   * @param offset of the first byte, from 0
   * @param length bytes
   * @return {@code length} bytes
   * @throws io.shardwright.spi.error.MalformedCheckpointException if they end before that
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  byte[] read(long offset, long length);
}
