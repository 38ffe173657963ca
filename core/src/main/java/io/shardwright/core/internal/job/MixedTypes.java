package io.shardwright.core.internal.job;

import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.tensor.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds tensors whose parts are stored in several types, as a target's tensor has only one. */
final class MixedTypes {
  private static final int NAMED = 4;

  private MixedTypes() {}

  /**
   * Refuses to choose a type for them.
   *
   * @throws PlanRejectedException naming the parts of the first and their types
   */
  static void refuse(ModelDescription model) {
    var mixed = of(model);
    if (!mixed.isEmpty()) {
      throw new PlanRejectedException(
          ErrorCode.PLAN_IMPOSSIBLE, model.source(), List.of(problem(mixed)));
    }
  }

  private static List<LogicalTensor> of(ModelDescription model) {
    return model.tensors().stream().filter(tensor -> tensor.types().size() > 1).toList();
  }

  private static String problem(List<LogicalTensor> mixed) {
    LogicalTensor first = mixed.get(0);
    String exact = first.spec().dtype() == DType.FLOAT64 ? "fp64" : "fp32";
    int more = mixed.size() - 1;
    return parts(first)
        + ": they make up one tensor"
        + (more > 0 ? ", and so do those of " + more + " more" : "")
        + ". Choose one type for it with "
        + Setting.DTYPE.inText("TYPE")
        + "; "
        + exact
        + " loses nothing.";
  }

  /** Each part with its type; with its file where there are several. */
  private static String parts(LogicalTensor tensor) {
    var all =
        Stream.concat(tensor.parts().stream(), tensor.replicas().stream().map(Replica::part))
            .toList();
    boolean one = all.stream().map(SourcePart::member).distinct().count() == 1;
    var byType =
        all.stream()
            .collect(
                Collectors.groupingBy(
                    SourcePart::dtype,
                    LinkedHashMap::new,
                    Collectors.mapping(part -> said(part, one), Collectors.toSet())));
    return byType.values().stream().map(MixedTypes::few).collect(Collectors.joining(", "));
  }

  private static String few(Set<String> parts) {
    int more = parts.size() - NAMED;
    return parts.stream().sorted().limit(NAMED).collect(Collectors.joining(", "))
        + (more > 0 ? " and " + more + " more" : "");
  }

  private static String said(SourcePart part, boolean one) {
    return "'"
        + part.tensor().spec().name()
        + "' is "
        + part.dtype().torchName()
        + (one ? "" : " in " + part.member());
  }
}
