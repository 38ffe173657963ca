package io.shardwright.adapters.megatron;

import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.RankLayout;
import io.shardwright.spi.format.RankParameter;
import io.shardwright.spi.format.WantedGrid;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Lays out a root of Megatron-LM whose ranks have a folder each (core_v0.19.2, {@code
 * megatron/training/checkpointing.py}, {@code save_checkpoint} with {@code --ckpt-format torch}).
 */
final class MegatronRanks implements RankLayout {
  private static final String GROUPED = "moe_grouped_gemm";
  private static final String PROJECTION = "self_attention.linear_proj._extra_state";
  private static final String ATTENTION = "self_attention.core_attention._extra_state";

  @Override
  public Set<Keeps> keeps() {
    return Set.of(Keeps.GRID, Keeps.OPTIMIZER);
  }

  @Override
  public Map<String, JsonValue> state(WantedGrid model, List<RankParameter> parameters) {
    return RankStates.of(model, parameters);
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

  /**
   * Megatron-LM has the embedding once more in the stage of layers that predict ahead, and leaves
   * it as it was made where a file lacks it (Megatron-Core core_v0.19.2, {@code
   * megatron/core/models/gpt/gpt_model.py}).
   */
  private static void requireOneEmbedding(WantedGrid model) {
    if (model.grid().pipeline() > 1 && model.config().count("mtp_num_layers", 1).isPresent()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          model.source(),
          "has layers that predict ahead (mtp_num_layers), for which Megatron-LM has the embedding"
              + " again on the last stage: files of ranks are written of one stage alone. Choose "
              + Setting.LAYOUT.inText("distributed"));
    }
  }

  @Override
  public Contents contents(WantedGrid model) {
    requireOneEmbedding(model);
    long iteration = Kept.of(model).iteration();
    CommonState state = CommonState.of(model);
    Map<String, JsonValue> around = new LinkedHashMap<>();
    boolean grouped = isGrouped(Kept.of(model));
    Obj args = state.args().copy().put("ckpt_format", new Str("torch"));
    around.put("args", args.put(GROUPED, new Bool(grouped)));
    around.put(RankState.VERSION, new Num("3.0"));
    around.put("iteration", Num.of(iteration));
    var notes = new ArrayList<>(Tokenizer.left(model));
    notes.addAll(state.notes());
    model.training().ifPresent(training -> notes.add(RankStates.RESUME));
    boolean trained = iteration > 0 || model.training().isPresent();
    String latest = trained ? Long.toString(iteration) : Iteration.RELEASE;
    String folder = trained ? Iteration.folder(iteration) : Iteration.RELEASE;
    if (!grouped && model.config().count("num_moe_experts", 1).isPresent()) {
      notes.add(
          "each expert is a separate module, as in Megatron-LM without "
              + Flags.option("moe-grouped-gemm")
              + ": with that option Megatron-LM would silently not load the experts");
    }
    return new Contents(
        folder + "/",
        around,
        grouped ? NativeNames::grouped : UnaryOperator.identity(),
        Map.of(Root.LATEST, latest.getBytes(StandardCharsets.UTF_8)),
        Optional.of(state.means()),
        notes);
  }

  /** Whether the training that a model is from has the experts of a layer in one module. */
  private static boolean isGrouped(Kept kept) {
    return kept.get(Kept.ARGS)
        .flatMap(args -> args.get(GROUPED))
        .filter(new Bool(true)::equals)
        .isPresent();
  }
}
