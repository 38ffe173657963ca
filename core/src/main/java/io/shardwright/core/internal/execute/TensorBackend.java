package io.shardwright.core.internal.execute;

/**
 * Where the elements of logical tensors are while they are on their way. What is read and written,
 * and where, is the executor's; every backend gives the same bytes. One thread uses a backend at a
 * time.
 */
public interface TensorBackend extends AutoCloseable {
  /** Bytes of the tiles that suit it. */
  int tileBytes();

  /** Bytes that suit it where a tile needn't hold what several targets get. */
  default int spanBytes() {
    return tileBytes();
  }

  /** Room for that many bytes. */
  Tile tile();

  /** What casts have lost so far. */
  CastLosses losses();

  @Override
  void close();
}
