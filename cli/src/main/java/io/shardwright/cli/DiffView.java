package io.shardwright.cli;

import io.shardwright.core.Comparison;
import io.shardwright.core.ConfigDifference;
import io.shardwright.core.TensorDifference;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A comparison as a person or a script wants to see it. */
record DiffView(Comparison found) {

  List<String> lines() {
    var lines = new ArrayList<String>();
    found.differences().forEach(difference -> lines.add(line(difference)));
    found.config().forEach(difference -> lines.add(line(difference)));
    found.artifacts().forEach(artifact -> lines.add("artifact  " + Screen.safe(artifact)));
    lines.add(verdict());
    return lines;
  }

  private String verdict() {
    String kind = found.logical() ? "logical" : "stored";
    String compared = Sizes.count(found.compared()) + " " + kind + " tensors compared";
    return found.same()
        ? "same: " + compared + ", all equal"
        : "different: " + compared + ", " + found.differences().size() + " differ";
  }

  private static String line(TensorDifference difference) {
    return "tensor    " + Screen.safe(difference.name()) + ": " + what(difference);
  }

  private static String what(TensorDifference difference) {
    return switch (difference.kind()) {
      case ONLY_IN_FIRST -> "only in the first";
      case ONLY_IN_SECOND -> "only in the second";
      case SHAPE -> "shape " + shape(difference.first()) + " and " + shape(difference.second());
      case ROWS -> "rows after the other's last row are not zero, " + shapes(difference);
      case VALUES -> values(difference);
      case DTYPE ->
          type(difference.first())
              + " and "
              + type(difference.second())
              + ", "
              + values(difference);
    };
  }

  private static String shapes(TensorDifference difference) {
    return shape(difference.first()) + " and " + shape(difference.second());
  }

  private static String values(TensorDifference difference) {
    return String.format(
        Locale.ROOT,
        "%s of %s values differ, at most by %.3g (relative %.3g)",
        Sizes.count(difference.differing()),
        Sizes.count(difference.compared()),
        difference.maxAbsolute(),
        difference.maxRelative());
  }

  private static String shape(Optional<TensorSpec> spec) {
    return spec.map(known -> known.shape().toString()).orElse("none");
  }

  private static String type(Optional<TensorSpec> spec) {
    return spec.map(known -> known.dtype().torchName()).orElse("none");
  }

  private static String line(ConfigDifference difference) {
    return String.format(
        Locale.ROOT,
        "%-9s %s: %s and %s",
        difference.layout() ? "layout" : "config",
        Screen.safe(difference.key()),
        Screen.safe(difference.first().orElse("absent")),
        Screen.safe(difference.second().orElse("absent")));
  }

  Fields fields(Path first, Path second, Flags flags) {
    return Fields.of("first", first)
        .and("second", second)
        .and("same", found.same())
        .and("logical", found.logical())
        .and("compared", found.compared())
        .and("tensors", found.differences().stream().map(DiffView::tensor).toList())
        .and("config", found.config().stream().map(DiffView::config).toList())
        .and("artifacts", found.artifacts())
        .and("notes", found.notes(flags));
  }

  private static Map<String, Object> tensor(TensorDifference difference) {
    return Fields.of("name", difference.name())
        .and("kind", difference.kind().name().toLowerCase(Locale.ROOT))
        .and("first", difference.first().map(DiffView::spec))
        .and("second", difference.second().map(DiffView::spec))
        .and("compared", difference.compared())
        .and("differing", difference.differing())
        .and("max_absolute", number(difference.maxAbsolute()))
        .and("max_relative", number(difference.maxRelative()))
        .map();
  }

  /** JSON has no infinities. */
  private static Object number(double value) {
    return Double.isFinite(value) ? (Object) value : Double.toString(value);
  }

  private static Map<String, Object> spec(TensorSpec spec) {
    return Fields.of("dtype", spec.dtype().torchName()).and("shape", spec.shape().dims()).map();
  }

  private static Map<String, Object> config(ConfigDifference difference) {
    return Fields.of("key", difference.key())
        .and("first", difference.first())
        .and("second", difference.second())
        .and("layout", difference.layout())
        .map();
  }
}
