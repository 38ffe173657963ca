package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.format.GridLayout.Contents;
import io.shardwright.spi.format.WantedGrid;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What Megatron-Core's {@code torch_dist} holds besides tensors: the common state, and last the
 * small document that says of which kind it is (Megatron-LM core_v0.16.0 and core_v0.19.0, {@code
 * megatron/core/dist_checkpointing/serialization.py}).
 *
 * @param model what is written
 * @param folder of the distributed checkpoint, with a slash; empty for the target itself
 */
record TorchDistContents(WantedGrid model, String folder) {
  /**
   * The first that asks for a state of the attention's core only where that has parameters
   * (Megatron-LM core_v0.14.0 and core_v0.15.0, {@code
   * megatron/core/extensions/transformer_engine.py}, TEDotProductAttention).
   */
  private static final int CORE_WITHOUT_STATE = 15;

  private static final Pattern ATTENTION =
      Pattern.compile("(.*self_attention\\.)linear_proj(\\._extra_state/.*)");

  /**
   * The common state of weights that no optimizer goes along with.
   *
   * @param args of Megatron-LM, if the model can be described so
   */
  static Obj common(long iteration, Optional<Obj> args) {
    Obj state = Obj.empty();
    args.ifPresent(said -> state.put("args", said));
    return state
        .put("checkpoint_version", new Num("3.0"))
        .put("iteration", Num.of(iteration))
        .put(
            "content_metadata",
            Obj.empty()
                .put("singleton_local_shards", new Bool(false))
                .put("chained_optim_avoid_prefix", new Bool(true)));
  }

  /**
   * All together.
   *
   * @param common the common state
   * @param files bytes by path
   * @param means what a reader takes from the documents
   */
  Contents with(
      Obj common, Map<String, byte[]> files, Optional<Configuration> means, List<String> notes) {
    boolean object = model.core().since(DistributedLayout.STATE_AS_OBJECT);
    Optional<CommonOptimizer> optimizer = CommonOptimizer.of(model);
    optimizer.ifPresent(own -> own.in(common));
    var all = new LinkedHashMap<>(files);
    all.put(folder + Iteration.KIND, model.json(kind(object)));
    Map<String, JsonValue> pickles =
        object ? Map.of() : Map.of(folder + IterationSide.COMMON, common);
    var objects = new LinkedHashMap<String, JsonValue>();
    if (object) {
      objects.put(IterationSide.STATE, new Arr(List.of(common)));
    }
    optimizer.ifPresent(own -> objects.putAll(own.objects()));
    if (!model.core().since(CORE_WITHOUT_STATE)) {
      model.states().forEach(key -> addCore(key, objects));
    }
    return new Contents(
        folder,
        all,
        pickles,
        objects,
        optimizer.map(CommonOptimizer::keys).orElse(UnaryOperator.identity()),
        means,
        all(notes, optimizer.map(CommonOptimizer::notes).orElse(List.of())));
  }

  private static List<String> all(List<String> notes, List<String> more) {
    return Stream.concat(notes.stream(), more.stream()).toList();
  }

  /** The core of attention has no parameter, and with Transformer Engine a state all the same. */
  private static void addCore(String key, Map<String, JsonValue> objects) {
    Matcher projection = ATTENTION.matcher(key);
    if (projection.matches()) {
      objects.put(
          projection.group(1) + "core_attention" + projection.group(2),
          new Arr(List.of(Null.NULL)));
    }
  }

  private static Obj kind(boolean object) {
    Obj kind =
        Obj.empty()
            .put("sharded_backend", new Str("torch_dist"))
            .put("sharded_backend_version", Num.of(1));
    return object
        ? kind
        : kind.put("common_backend", new Str("torch")).put("common_backend_version", Num.of(1));
  }
}
