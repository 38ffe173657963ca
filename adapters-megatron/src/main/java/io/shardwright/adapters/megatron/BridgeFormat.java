package io.shardwright.adapters.megatron;

import com.google.auto.service.AutoService;
import io.shardwright.spi.format.GridLayout;
import io.shardwright.spi.format.ModelFormat;
import java.util.Optional;

/** Roots and iterations of Megatron-Bridge, whose configuration is {@code run_config.yaml}. */
@AutoService(ModelFormat.class)
public final class BridgeFormat extends IterationFormat {
  /** As a provider is made. */
  public BridgeFormat() {
    super("bridge");
  }

  @Override
  boolean isOwn(boolean root, boolean bridge) {
    return bridge;
  }

  @Override
  public Optional<GridLayout> gridLayout() {
    return Optional.of(new BridgeLayout());
  }
}
