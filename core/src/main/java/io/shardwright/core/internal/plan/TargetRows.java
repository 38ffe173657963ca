package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.core.internal.describe.StoredForm;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Traits.Flag;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.AdapterException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** The rows of the target's naming, by their canonical tensor. */
final class TargetRows {
  private final ModelDescription model;
  private final ModelConfig config;
  private final boolean sameNaming;
  private final ParameterTable table;
  private final Map<String, List<ParameterRule>> byCanonical = new HashMap<>();
  private final boolean sized;
  private final boolean buffers;

  /** Of each row the last: those of all layers are alike. */
  private final Map<ParameterRule, Fit> fits = new IdentityHashMap<>();

  /**
   * How a tensor stands in a row.
   *
   * @param misfit why its shape contradicts the configuration; empty where it does not
   */
  record Fit(Shape canonical, StoredForm form, Optional<String> misfit) {}

  TargetRows(ModelDescription model, ModelConfig config, Naming naming, TargetChoice choice) {
    this.model = model;
    this.config = config;
    this.sameNaming = naming == model.naming();
    this.table = table(model, config, naming, choice);
    table.rules().stream().filter(TargetRows::isWritten).forEach(this::add);
    buffers = !choice.items() && !choice.interleaved();
    sized = choice.naming() != Naming.HUGGING_FACE;
  }

  private static ParameterTable table(
      ModelDescription model, ModelConfig config, Naming naming, TargetChoice choice) {
    if (naming == Naming.HUGGING_FACE && naming != model.naming()) {
      return choice.huggingFace().orElseThrow().names().inForce(config);
    }
    boolean distributed = choice.layout() == WeightLayout.DISTRIBUTED;
    boolean otherwise =
        naming == Naming.MCORE
            && model.family().inMegatron(model.config()).entrySet().stream()
                .anyMatch(
                    key -> config.text(key.getKey()).filter(key.getValue()::equals).isPresent());
    if (naming == model.naming()
        && !otherwise
        && (naming == Naming.HUGGING_FACE || distributed == model.files().distributed())) {
      return model.table();
    }
    return model.family().parameters(config, naming).in(choice.layout()).inForce(config);
  }

  private static boolean isWritten(ParameterRule rule) {
    return !rule.traits().has(Flag.READ_ALONE);
  }

  private void add(ParameterRule rule) {
    byCanonical.computeIfAbsent(rule.canonical(), key -> new ArrayList<>()).add(rule);
  }

  ParameterTable table() {
    return table;
  }

  /** How the target's stages share the layers. */
  StageLayers stages(TargetChoice choice) {
    return model.stages(table, config, choice.pipeline());
  }

  /** The rows that a logical tensor is stored as; none where the target has no place for it. */
  List<ParameterRule> of(LogicalTensor tensor) {
    boolean buffer = tensor.rule().traits().rotary();
    if (buffer && !buffers) {
      return List.of();
    }
    var rows =
        byCanonical.getOrDefault(tensor.rule().canonical(), List.of()).stream()
            .filter(row -> tensor.isOn(row, config))
            .toList();
    if (sameNaming) {
      return rows.isEmpty() ? List.of(tensor.rule()) : rows;
    }
    return rows.stream().filter(row -> !buffer || row.traits().rotary()).toList();
  }

  /** The same; an optimizer has a parameter once, however many names a stage has for it. */
  List<ParameterRule> once(LogicalTensor tensor, TargetChoice choice) {
    var all = of(tensor);
    if (!Companions.isCompanion(tensor.id())) {
      return all;
    }
    var stages = stages(choice);
    var seen = new HashSet<List<Integer>>();
    return all.stream()
        .filter(
            row ->
                seen.add(stages.stages(row, OptionalInt.empty())) || !row.traits().has(Flag.COPY))
        .toList();
  }

  /** Tensors that the target needs and the source lacks, but that the configuration determines. */
  List<ParameterRule> determined() {
    var present = present();
    return table.rules().stream()
        .filter(row -> (!sameNaming || isDropped(row)) && Determined.is(row))
        .filter(row -> buffers || !row.traits().rotary())
        .filter(row -> !present.contains(row.canonical()))
        .toList();
  }

  /** NeMo's interleaved pipelines don't keep buffers of positions. */
  private boolean isDropped(ParameterRule row) {
    return row.traits().rotary() && model.files().numbered();
  }

  /** What the target needs and nobody has. */
  List<String> missing() {
    var present = present();
    return table.rules().stream()
        .filter(row -> !row.traits().mayBeAbsent() && !Determined.is(row))
        .map(ParameterRule::canonical)
        .filter(canonical -> !present.contains(canonical))
        .distinct()
        .toList();
  }

  private java.util.Set<String> present() {
    return model.tensors().stream()
        .map(tensor -> tensor.rule().canonical())
        .collect(Collectors.toSet());
  }

  /** How a logical tensor stands in one of its rows, and whether it may. */
  Fit fit(ParameterRule row, LogicalTensor tensor, Shape canonical) {
    Fit last = fits.get(row);
    if (last == null || !last.canonical().equals(canonical) || row.arrangement().perLayer()) {
      var form = form(row, tensor, canonical);
      var own = tensor.settings(row, config);
      last =
          new Fit(
              canonical, form, sized ? StoredForm.misfit(row, own, canonical) : Optional.empty());
      fits.put(row, last);
    }
    return last;
  }

  /** How a logical tensor stands in one of its rows. */
  StoredForm form(ParameterRule row, LogicalTensor tensor, Shape canonical) {
    return form(row, tensor.id(), tensor.settings(row, config), canonical);
  }

  /** How a tensor of a canonical name stands in one of its rows. */
  StoredForm form(ParameterRule row, String id, Shape canonical) {
    return form(row, id, config, canonical);
  }

  private StoredForm form(ParameterRule row, String id, ModelConfig own, Shape canonical) {
    try {
      return StoredForm.wanted(row, own, canonical);
    } catch (IllegalArgumentException misfit) {
      throw new AdapterException(
          ErrorCode.RULE_AMBIGUOUS,
          "adapter '" + model.family().id() + "'",
          "the rows of '" + id + "' in the two namings differ in factors: " + misfit.getMessage());
    }
  }
}
