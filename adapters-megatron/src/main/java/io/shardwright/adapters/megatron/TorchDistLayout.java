package io.shardwright.adapters.megatron;

import io.shardwright.spi.format.CoreVersion;
import io.shardwright.spi.format.GridLayout;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.WantedGrid;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Lays out a folder of {@code torch_dist} alone, as Megatron-Core saves it. */
final class TorchDistLayout implements GridLayout {
  @Override
  public Set<Keeps> keeps() {
    return Set.of(Keeps.GRID);
  }

  @Override
  public States states(CoreVersion core) {
    return TorchDistContents.states(core);
  }

  @Override
  public Contents contents(WantedGrid model) {
    return new TorchDistContents(model, "")
        .with(TorchDistContents.common(), Map.of(), Optional.empty());
  }
}
