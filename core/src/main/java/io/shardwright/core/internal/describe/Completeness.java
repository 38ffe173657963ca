package io.shardwright.core.internal.describe;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Checks that a checkpoint holds every parameter that its configuration promises. */
final class Completeness {
  private static final int NAMED = 5;

  private Completeness() {}

  /**
   * Refuses a checkpoint that lacks parameters or has layers too many.
   *
   * @param names canonical ones
   * @throws MalformedCheckpointException naming the first few
   */
  static void require(
      String source, ModelConfig config, ParameterTable inForce, Set<String> names) {
    OptionalLong layers = config.integer("num_layers");
    var missing = new ArrayList<String>();
    for (ParameterRule rule : inForce.rules()) {
      // With more names than there are, some are missing among the first of them.
      expected(rule, layers, config)
          .limit(names.size() + NAMED + 1L)
          .filter(name -> !names.contains(name))
          .forEach(missing::add);
    }
    if (!missing.isEmpty()) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MISSING,
          source,
          "lacks "
              + missing.size()
              + " tensors that its configuration promises: "
              + String.join(", ", missing.subList(0, Math.min(NAMED, missing.size())))
              + (missing.size() > NAMED ? ", …" : "")
              + "; the file is incomplete, or num_layers or activation in its configuration is wrong");
    }
    refuseLayersTooMany(source, inForce, layers, names);
  }

  private static Stream<String> expected(
      ParameterRule rule, OptionalLong layers, ModelConfig config) {
    if (rule.traits().mayBeAbsent() || rule.traits().rotary()) {
      return Stream.of();
    }
    if (!rule.perLayer()) {
      return Stream.of(rule.canonical());
    }
    boolean byExpert = rule.canonical().indexOf('*') != rule.canonical().lastIndexOf('*');
    long experts = byExpert ? Math.min(config.integer("num_moe_experts").orElse(0), 10_000) : 1;
    return LongStream.range(0, Math.min(layers.orElse(0), 100_000))
        .boxed()
        .flatMap(
            layer ->
                LongStream.range(0, experts)
                    .mapToObj(
                        expert ->
                            LogicalTensor.name(
                                rule.canonical(), List.of(layer.intValue(), (int) expert))));
  }

  private static void refuseLayersTooMany(
      String source, ParameterTable inForce, OptionalLong layers, Set<String> names) {
    if (layers.isEmpty()) {
      return;
    }
    for (ParameterRule rule : inForce.rules()) {
      String tooMany = LogicalTensor.name(rule.canonical(), List.of((int) layers.getAsLong(), 0));
      if (rule.perLayer() && names.contains(tooMany)) {
        throw new MalformedCheckpointException(
            ErrorCode.TENSOR_MISSING,
            source,
            "holds '"
                + tooMany
                + "' although num_layers is "
                + layers.getAsLong()
                + ": the configuration is of another model");
      }
    }
  }
}
