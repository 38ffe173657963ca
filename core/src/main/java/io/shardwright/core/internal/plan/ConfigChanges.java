package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.Tie;
import io.shardwright.core.outline.ConfigEdit;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/** Collects what a request changes in the configuration. */
final class ConfigChanges {
  private final ModelConfig config;
  private final List<ConfigEdit> edits = new ArrayList<>();

  private ConfigChanges(ModelConfig config) {
    this.config = config;
  }

  /** What a request must change in the configuration, and nothing else. */
  static List<ConfigEdit> of(ModelDescription model, TargetChoice wanted) {
    var changes = new ConfigChanges(model.config());
    changes.sizes(model, wanted);
    if (wanted.naming() != model.naming() && wanted.naming() != Naming.HUGGING_FACE) {
      model.family().keys(model.config(), model.naming(), wanted.naming()).forEach(changes::set);
    }
    if (wanted.prefix().isPresent() && wanted.naming() != Naming.HUGGING_FACE) {
      model.family().inMegatron(model.config()).forEach(changes::set);
    }
    model.untied().ifPresent(from -> changes.add(Tie.KEY, from, "false"));
    wanted.dtype().ifPresent(dtype -> changes.set("precision", precision(dtype)));
    return changes.edits;
  }

  private void sizes(ModelDescription model, TargetChoice wanted) {
    size(ParallelDimension.TENSOR.configKey(), wanted.grid().tensor(), 1);
    size(ParallelDimension.PIPELINE.configKey(), wanted.grid().pipeline(), 1);
    setOrClear(ParallelDimension.VIRTUAL_PIPELINE.configKey(), wanted.grid().virtual(), 1);
    size(ParallelDimension.EXPERT.configKey(), wanted.grid().expert(), 1);
    String experts = ParallelDimension.EXPERT_TENSOR.configKey();
    if (config.integer(experts).orElse(wanted.grid().tensor()) != wanted.grid().expertTensor()) {
      setOrClear(experts, wanted.grid().expertTensor(), wanted.grid().tensor());
    }
    if (!wanted.split().equals(model.stages().pipeline().split())) {
      wanted.split().keys().forEach(this::splitKey);
    }
    new SplitRanks(model, wanted.splitRank())
        .of(wanted.grid().pipeline())
        .forEach((key, rank) -> size(key, rank, 0));
    if (wanted.grid().tensor() == 1 && config.flag("sequence_parallel")) {
      set("sequence_parallel", "false");
    }
  }

  private void setOrClear(String key, int wanted, int unset) {
    if (wanted != unset) {
      set(key, Integer.toString(wanted));
    } else if (config.text(key).isPresent()) {
      set(key, "null");
    }
  }

  private void size(String key, int wanted, int otherwise) {
    if (config.integer(key).orElse(otherwise) != wanted) {
      set(key, Integer.toString(wanted));
    }
  }

  /** What says nothing need not be there. */
  private void splitKey(String key, String to) {
    boolean nothing = to.equals("null") || to.equals("false");
    if (!nothing || config.text(key).isPresent()) {
      set(key, to);
    }
  }

  private void set(String key, String to) {
    String from = config.text(key).orElse(config.has(key) ? "null" : "absent");
    if (!from.equals(to)) {
      add(key, from, to);
    }
  }

  private void add(String key, String from, String to) {
    edits.add(new ConfigEdit(key, from, to));
  }

  /**
   * NeMo v1.23.0, {@code nemo/collections/nlp/parts/utils_funcs.py}; binary64, which NeMo has no
   * word for, in PyTorch Lightning's.
   */
  private static String precision(DType dtype) {
    return switch (dtype) {
      case FLOAT16 -> "16";
      case BFLOAT16 -> "bf16";
      case FLOAT64 -> "64";
      default -> "32";
    };
  }
}
