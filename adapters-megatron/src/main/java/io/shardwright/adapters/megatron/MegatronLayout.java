package io.shardwright.adapters.megatron;

import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.WantedGrid;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Lays out a root of Megatron-LM whose one iteration is a folder of {@code torch_dist}
 * (core_v0.19.0, {@code megatron/training/checkpointing.py}).
 */
final class MegatronLayout implements DistributedLayout {
  @Override
  public Set<Keeps> keeps() {
    return Set.of(Keeps.GRID, Keeps.OPTIMIZER);
  }

  @Override
  public Contents contents(WantedGrid model) {
    long iteration = Kept.of(model).iteration();
    CommonState state = CommonState.of(model);
    var notes = new ArrayList<>(Tokenizer.left(model));
    notes.addAll(state.notes());
    byte[] latest = Long.toString(iteration).getBytes(StandardCharsets.UTF_8);
    return new TorchDistContents(model, Iteration.folder(iteration) + "/")
        .with(
            TorchDistContents.common(iteration, Optional.of(state.args())),
            Map.of(Root.LATEST, latest),
            Optional.of(state.means()),
            notes);
  }
}
