package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.WantedGrid;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Lays out a folder of {@code torch_dist} alone, as Megatron-Core saves it. */
final class TorchDistLayout implements DistributedLayout {
  /**
   * The first that loads a common state with classes in it under PyTorch 2.6 and later, whose
   * {@code torch.load} takes plain values unless it is told of others; 0.9.0 and 0.14.0 were run.
   */
  private static final int CALLS_ALLOWED = 14;

  @Override
  public Set<Keeps> keeps() {
    return Set.of(Keeps.GRID, Keeps.OPTIMIZER);
  }

  @Override
  public Contents contents(WantedGrid model) {
    var notes = new ArrayList<>(Tokenizer.left(model));
    Optional<CommonState> state = CommonState.tried(model, notes);
    state.ifPresent(said -> notes.addAll(said.notes()));
    boolean called = model.core().since(CALLS_ALLOWED);
    Optional<Obj> args = state.map(said -> called ? said.args() : PlainArguments.of(said.args()));
    Obj common = TorchDistContents.common(Kept.of(model).iteration(), args);
    return new TorchDistContents(model, "")
        .with(common, Map.of(), state.map(CommonState::means), notes);
  }
}
