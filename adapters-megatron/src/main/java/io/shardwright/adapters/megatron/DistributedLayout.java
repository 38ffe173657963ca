package io.shardwright.adapters.megatron;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.CoreVersion;
import io.shardwright.spi.format.FlatLayout;
import io.shardwright.spi.format.GridLayout;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What the layouts have in common that write Megatron-Core's {@code torch_dist}. */
interface DistributedLayout extends GridLayout {
  /** The first that reads the kind. */
  int FIRST = 6;

  /** The first that has the common state in the distributed checkpoint. */
  int STATE_AS_OBJECT = 19;

  /** How modules that never computed in 8 bits are written. */
  @Override
  default States states(CoreVersion core) {
    if (!core.since(FIRST)) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          "torch_dist",
          "is not read by Megatron-Core " + core + ", expected 0." + FIRST + " or later");
    }
    return core.since(STATE_AS_OBJECT) ? States.EMPTY : States.NONE;
  }

  @Override
  default Optional<FlatLayout> flat(String kind, OptionalLong ranks, Map<String, String> settings) {
    return BucketLayout.of(kind, ranks, settings);
  }
}
