package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds layers and experts of several types that become one tensor, which has only one type. */
final class StackedTypes {
  /** The first part of a tensor. */
  private record First(LogicalTensor tensor, DType type) {}

  private StackedTypes() {}

  /** A sentence for each tensor whose first part is of another type than a later one. */
  static List<String> problems(List<Work> works, TargetChoice choice, StageLayers layers) {
    boolean arrays =
        choice.layout() == WeightLayout.DISTRIBUTED && choice.naming() != Naming.HUGGING_FACE;
    var keys = ArrayKeys.of(layers);
    Map<String, First> firsts = new LinkedHashMap<>();
    Map<String, String> problems = new LinkedHashMap<>();
    for (Work work : works) {
      for (Emission emission : work.emissions()) {
        String key = arrays ? keys.of(emission) : emission.name();
        var own = new First(work.tensor(), emission.dtype());
        First first = firsts.computeIfAbsent(key, tensor -> own);
        if (first.type() != own.type()) {
          problems.putIfAbsent(key, problem(first, own, arrays));
        }
      }
    }
    return new ArrayList<>(problems.values());
  }

  private static String problem(First first, First other, boolean arrays) {
    boolean floating = first.type().isFloating() && other.type().isFloating();
    boolean castable = floating && !first.type().isFloat8() && !other.type().isFloat8();
    boolean widest = first.type() == DType.FLOAT64 || other.type() == DType.FLOAT64;
    return said(first)
        + ", "
        + said(other)
        + (arrays
            ? ": distributed weights hold all layers in one array of one type. Choose "
                + Setting.LAYOUT.inText("ranks")
                + (castable ? ", or " : "")
            : ": the target holds all experts of a layer in one tensor of one type."
                + (castable ? " Choose " : ""))
        + (castable
            ? Setting.DTYPE.inText(widest ? "fp64" : "fp32") + ", which loses nothing."
            : arrays ? "." : "");
  }

  private static String said(First tensor) {
    return "'" + tensor.tensor().stored() + "' is " + tensor.type().torchName();
  }
}
