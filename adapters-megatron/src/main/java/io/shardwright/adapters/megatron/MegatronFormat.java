package io.shardwright.adapters.megatron;

import com.google.auto.service.AutoService;
import io.shardwright.spi.format.GridLayout;
import io.shardwright.spi.format.ModelFormat;
import io.shardwright.spi.format.RankLayout;
import java.util.Optional;

/**
 * Roots of Megatron-LM, whose iterations are Megatron-Core's {@code torch_dist} or have a file for
 * each rank.
 */
@AutoService(ModelFormat.class)
public final class MegatronFormat extends IterationFormat {
  /** As a provider is made. */
  public MegatronFormat() {
    super("megatron");
  }

  @Override
  public Optional<RankLayout> rankLayout() {
    return Optional.of(new MegatronRanks());
  }

  @Override
  boolean isOwn(boolean root, boolean bridge) {
    return root && !bridge;
  }

  @Override
  public Optional<GridLayout> gridLayout() {
    return Optional.of(new MegatronLayout());
  }
}
