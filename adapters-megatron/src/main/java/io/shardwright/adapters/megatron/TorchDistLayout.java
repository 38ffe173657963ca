package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.format.CoreVersion;
import io.shardwright.spi.format.GridLayout;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.WantedGrid;
import java.util.ArrayList;
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
    var notes = new ArrayList<>(Tokenizer.left(model));
    Optional<CommonState> state = CommonState.tried(model, notes);
    state.ifPresent(said -> notes.addAll(said.notes()));
    Obj common = TorchDistContents.common(Kept.of(model).iteration(), state.map(CommonState::args));
    return new TorchDistContents(model, "")
        .with(common, Map.of(), state.map(CommonState::means), notes);
  }
}
