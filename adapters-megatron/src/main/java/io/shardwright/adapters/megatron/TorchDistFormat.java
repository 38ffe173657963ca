package io.shardwright.adapters.megatron;

import com.google.auto.service.AutoService;
import io.shardwright.spi.format.GridLayout;
import io.shardwright.spi.format.ModelFormat;
import java.util.Optional;

/** A folder of Megatron-Core's {@code torch_dist} alone. */
@AutoService(ModelFormat.class)
public final class TorchDistFormat extends IterationFormat {
  /** As a provider is made. */
  public TorchDistFormat() {
    super("torch_dist");
  }

  @Override
  boolean isOwn(boolean root, boolean bridge) {
    return !root && !bridge;
  }

  @Override
  public Optional<GridLayout> gridLayout() {
    return Optional.of(new TorchDistLayout());
  }
}
