package io.shardwright.core.internal.execute;

/**
 * Holds the elements of logical tensors between reading and writing, and casts them. The executor
 * decides what is read and written; every backend gives the same bytes. One thread uses a backend
 * at a time.
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
