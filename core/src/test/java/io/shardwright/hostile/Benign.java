package io.shardwright.hostile;

import java.util.Map;

/** Contents that many cases share. */
final class Benign {
  /** What {@link Tar#nemo} and {@link Pickle#stateDict} hold. */
  static final Map<String, byte[]> W = Map.of("w F32 [3]", Octets.floats(1, 2, 3));

  private Benign() {}
}
