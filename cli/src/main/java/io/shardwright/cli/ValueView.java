package io.shardwright.cli;

import io.shardwright.core.Verification;
import io.shardwright.core.Verification.TensorSum;
import io.shardwright.core.outline.ValueStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The distributions of a checkpoint's values as a person or a script wants to see them. */
final class ValueView {
  private static final String ROW = "  %-11s %-11s %-11s %-11s %8s %8s  %s";

  private ValueView() {}

  static List<String> lines(Verification found) {
    var lines = new ArrayList<String>();
    lines.add("");
    lines.add(row("min", "max", "mean", "deviation", "NaN", "infinite", "tensor"));
    found.tensors().forEach(tensor -> lines.add(line(tensor)));
    return lines;
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, ROW, cells);
  }

  private static String line(TensorSum tensor) {
    return row(
        number(tensor, ValueStatistics::min),
        number(tensor, ValueStatistics::max),
        number(tensor, ValueStatistics::mean),
        number(tensor, ValueStatistics::deviation),
        Sizes.count(tensor.nan().orElse(0)),
        Sizes.count(tensor.infinite().orElse(0)),
        Screen.safe(tensor.spec().name() + " (" + tensor.file() + ")"));
  }

  private static String number(TensorSum tensor, Function<ValueStatistics, Double> of) {
    return tensor.statistics().map(of).map(v -> String.format(Locale.ROOT, "%.4g", v)).orElse("-");
  }

  static List<Map<String, Object>> fields(Verification found) {
    return found.tensors().stream().map(ValueView::fields).toList();
  }

  private static Map<String, Object> fields(TensorSum tensor) {
    var fields =
        Fields.of("file", tensor.file())
            .and("name", tensor.spec().name())
            .and("dtype", tensor.spec().dtype().torchName())
            .and("shape", tensor.spec().shape().dims())
            .and("nan", tensor.nan())
            .and("infinite", tensor.infinite());
    var known = tensor.statistics();
    return fields
        .and("finite", known.map(ValueStatistics::count))
        .and("zeros", known.map(ValueStatistics::zeros))
        .and("min", known.map(ValueStatistics::min))
        .and("max", known.map(ValueStatistics::max))
        .and("mean", known.map(ValueStatistics::mean).map(ValueView::finite))
        .and("standard_deviation", known.map(ValueStatistics::deviation).map(ValueView::finite))
        .and("histogram", known.map(ValueStatistics::histogram))
        .map();
  }

  /** JSON has no infinities, which sums of very large numbers can be. */
  private static Object finite(double value) {
    return Double.isFinite(value) ? (Object) value : Double.toString(value);
  }
}
