package io.shardwright.adapters.megatron;

import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.RankLayout;
import io.shardwright.spi.format.WantedGrid;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Lays out a root of Megatron-LM whose ranks have a folder each (core_v0.19.2, {@code
 * megatron/training/checkpointing.py}, {@code save_checkpoint} with {@code --ckpt-format torch}).
 */
final class MegatronRanks implements RankLayout {
  private static final String PROJECTION = "self_attention.linear_proj._extra_state";
  private static final String ATTENTION = "self_attention.core_attention._extra_state";

  @Override
  public Set<Keeps> keeps() {
    return Set.of(Keeps.GRID);
  }

  @Override
  public String file(RankCoordinate rank, Grid grid) {
    return RankFolders.name(rank, grid) + "/" + RankFolders.FILE;
  }

  @Override
  public String key(int chunk, int chunks) {
    return RankState.MODEL + (chunks == 1 ? "" : chunk);
  }

  /** Transformer Engine's attention has a state of its own. */
  @Override
  public List<String> others(String state) {
    return state.endsWith(PROJECTION)
        ? List.of(state.substring(0, state.length() - PROJECTION.length()) + ATTENTION)
        : List.of();
  }

  @Override
  public Contents contents(WantedGrid model) {
    var facts = Facts.of(model);
    Obj args = Arguments.write(facts, model.grid().size(), 0);
    args.put("ckpt_format", new JsonValue.Str("torch"));
    Map<String, JsonValue> around = new LinkedHashMap<>();
    around.put("args", args);
    around.put(RankState.VERSION, new Num("3.0"));
    around.put("iteration", Num.of(0));
    byte[] latest = Iteration.RELEASE.getBytes(StandardCharsets.UTF_8);
    Optional<Configuration> means = Arguments.of(args).map(facts::means);
    return new Contents(Iteration.RELEASE + "/", around, Map.of(Root.LATEST, latest), means);
  }
}
