package io.shardwright.testkit;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.Traits.Flag;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The parameters of a sample: those of a real checkpoint if one was listed, otherwise those of the
 * rows in force.
 *
 * @param tensors shapes by the tensors' names in a file
 * @param zeros patterns of the tensors whose values are zero
 * @param padded patterns of the tensors whose rows are those of the padded vocabulary
 * @param rows number of vocabulary rows, including padding
 * @param copies names of tensors by those of their copies
 * @param block the number of which {@code rows} is a multiple
 */
record Parameters(
    Map<String, Shape> tensors,
    List<String> zeros,
    List<String> padded,
    Map<String, String> copies,
    long rows,
    long block) {
  private static final String PREFIX = "model.";
  private static final long DIVISIBLE_BY = 128;

  static Parameters of(ModelFamilyAdapter adapter, SampleModel sample) {
    ModelConfig config = sample.config();
    var rules = Answers.inForce(adapter, config, adapter.naming(config));
    long block = config.integer("make_vocab_size_divisible_by").orElse(DIVISIBLE_BY);
    var zeros =
        rules.stream()
            .filter(rule -> rule.traits().has(Flag.ZERO))
            .map(ParameterRule::pattern)
            .toList();
    var padded =
        rules.stream()
            .filter(rule -> rule.traits().vocabPadded())
            .map(ParameterRule::pattern)
            .toList();
    return sample
        .whole()
        .map(
            real ->
                new Parameters(
                    real.tensors(),
                    zeros,
                    padded,
                    copies(rules, prefix(real.tensors())),
                    rows(real.tensors(), padded),
                    block))
        .orElseGet(
            () ->
                new Parameters(
                    promised(adapter, config, rules, 2 * block),
                    zeros,
                    padded,
                    copies(rules, PREFIX),
                    2 * block,
                    block));
  }

  private static long rows(Map<String, Shape> tensors, List<String> padded) {
    return tensors.entrySet().stream()
        .filter(tensor -> isOf(padded, tensor.getKey()))
        .map(tensor -> tensor.getValue().dim(0))
        .findFirst()
        .orElse(0L);
  }

  private static String prefix(Map<String, Shape> tensors) {
    return tensors.keySet().stream().findFirst().map(RowName::prefix).orElse(PREFIX);
  }

  private static Map<String, String> copies(List<ParameterRule> rules, String prefix) {
    var copies = new LinkedHashMap<String, String>();
    for (ParameterRule rule : rules) {
      rules.stream()
          .filter(own -> rule.traits().has(Flag.COPY) && !own.traits().has(Flag.COPY))
          .filter(own -> own.canonical().equals(rule.canonical()))
          .forEach(own -> copies.put(prefix + rule.pattern(), prefix + own.pattern()));
    }
    return copies;
  }

  private static Map<String, Shape> promised(
      ModelFamilyAdapter adapter, ModelConfig config, List<ParameterRule> own, long rows) {
    long experts = config.integer("num_moe_experts").orElse(0);
    var shapes = RowShapes.of(config, all(adapter, config), rows);
    Map<String, Shape> tensors = new LinkedHashMap<>();
    for (ParameterRule rule : own) {
      long layers = LayerStack.of(adapter.stacks(), rule.canonical()).layers(config).orElse(0);
      for (int layer = 0; layer < (rule.perLayer() ? layers : 1); layer++) {
        if (!rule.perLayer() || rule.isOn(config, layer)) {
          Shape one = shapes.at(layer).of(rule);
          for (String name : RowName.names(rule.pattern(), layer, experts)) {
            tensors.put(PREFIX + name, stacked(rule, one, experts));
          }
        }
      }
    }
    return tensors;
  }

  /** Returns the shape with an axis for experts in front if one tensor is of all of them. */
  private static Shape stacked(ParameterRule rule, Shape one, long experts) {
    boolean stacked =
        rule.traits().experts().isPresent()
            && RowName.stars(rule.pattern()) < RowName.stars(rule.canonical());
    return stacked
        ? new Shape(Stream.concat(Stream.of(experts), one.dims().stream()).toList())
        : one;
  }

  /** Returns the rows of every naming and Hugging Face class. */
  private static List<ParameterRule> all(ModelFamilyAdapter adapter, ModelConfig config) {
    var all = new ArrayList<ParameterRule>();
    for (Naming naming : adapter.equivalentNamings(config)) {
      all.addAll(Answers.inForce(adapter, config, naming));
    }
    for (HuggingFaceModel model : adapter.huggingFaceModels()) {
      all.addAll(model.names().rules());
    }
    return all;
  }

  private static boolean isOf(List<String> patterns, String stored) {
    String name = RowName.withoutPrefix(stored);
    return patterns.stream().anyMatch(pattern -> RowName.matches(pattern, name));
  }

  /** Returns the number of a tensor's leading elements that may be other than zero. */
  long filled(TensorSpec spec) {
    if (isOf(zeros, spec.name())) {
      return 0;
    }
    long elements = spec.shape().elements();
    return isOf(padded, spec.name())
        ? vocabulary() * (elements / Math.max(1, spec.shape().dim(0)))
        : elements;
  }

  /** Returns the smallest vocabulary size that is padded to these rows. */
  long vocabulary() {
    return rows - block + 1;
  }
}
