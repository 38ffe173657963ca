package io.shardwright.core.report;

import io.shardwright.core.Comparison;
import io.shardwright.core.TensorDifference;
import io.shardwright.core.TensorDifference.Kind;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * In what tensors of one kind in one layer differ, such as one matrix of all its experts.
 *
 * @param tensors how many they are
 * @param differing how many of them differ
 * @param worst the one that differs most; empty where all are equal
 */
record LayerDifference(long tensors, long differing, Optional<TensorDifference> worst) {
  private static final Comparator<TensorDifference> WORSE =
      Comparator.comparing((TensorDifference d) -> rank(d.kind()))
          .thenComparing(TensorDifference::maxAbsolute);

  /** Of all tensors of a comparison, by layer and then by kind. */
  static Map<String, Map<String, LayerDifference>> of(Comparison comparison) {
    Map<String, Map<String, LayerDifference>> all =
        new TreeMap<>(
            Comparator.comparing(LayerDifference::stack).thenComparing(Function.identity()));
    comparison.equal().forEach(name -> add(all, name, Optional.empty()));
    comparison.differences().forEach(one -> add(all, one.name(), Optional.of(one)));
    return all;
  }

  /** The text before a layer's number, which is filled up so that layers sort as numbers. */
  private static String stack(String group) {
    int number = group.lastIndexOf(' ') + 1;
    String digits = group.substring(number);
    return group.substring(0, number) + "0".repeat(Math.max(0, 6 - digits.length())) + digits;
  }

  private static void add(
      Map<String, Map<String, LayerDifference>> all,
      String name,
      Optional<TensorDifference> difference) {
    TensorName parsed = TensorName.of(name);
    boolean state = parsed.role() == TensorName.Role.OPTIMIZER;
    String kind = (state ? "optimizer: " : "") + parsed.kind();
    var one = new LayerDifference(1, difference.isPresent() ? 1 : 0, difference);
    all.computeIfAbsent(parsed.group(), group -> new TreeMap<>())
        .merge(kind, one, LayerDifference::with);
  }

  LayerDifference with(LayerDifference other) {
    Optional<TensorDifference> most =
        worst.isEmpty()
            ? other.worst
            : other.worst.filter(more -> WORSE.compare(more, worst.get()) > 0).or(() -> worst);
    return new LayerDifference(tensors + other.tensors, differing + other.differing, most);
  }

  /** What can't be compared is worse than what differs. */
  private static int rank(Kind kind) {
    return switch (kind) {
      case VALUES, DTYPE, ROWS -> 0;
      case SHAPE -> 1;
      case ONLY_IN_FIRST, ONLY_IN_SECOND -> 2;
    };
  }

  /** Its class in the style sheet. */
  String style() {
    return worst.map(LayerDifference::style).orElse("equal");
  }

  private static String style(TensorDifference worst) {
    return switch (worst.kind()) {
      case ONLY_IN_FIRST -> "only-first";
      case ONLY_IN_SECOND -> "only-second";
      case SHAPE -> "shape-differs";
      case VALUES, DTYPE, ROWS -> "step" + step(worst.maxAbsolute());
    };
  }

  /** A letter for a difference other than in values. */
  String letter() {
    return switch (style()) {
      case "only-first" -> "A";
      case "only-second" -> "B";
      case "shape-differs" -> "S";
      default -> "";
    };
  }

  private static int step(double absolute) {
    int step = 0;
    for (double bound = 1e-6; step < 4 && absolute >= bound; bound *= 100) {
      step++;
    }
    return step;
  }

  String text() {
    String what = worst.map(LayerDifference::text).orElse("equal");
    return tensors == 1
        ? what
        : worst.isEmpty()
            ? String.format(Locale.ROOT, "%,d tensors, all equal", tensors)
            : String.format(
                Locale.ROOT, "%,d of %,d tensors differ, worst: %s", differing, tensors, what);
  }

  private static String text(TensorDifference worst) {
    return switch (worst.kind()) {
      case ONLY_IN_FIRST -> "only in A";
      case ONLY_IN_SECOND -> "only in B";
      case SHAPE -> "shapes differ";
      case DTYPE -> "types differ, values at most by " + number(worst.maxAbsolute());
      case ROWS -> "rows beyond the other's last are not zero";
      case VALUES -> "at most by " + number(worst.maxAbsolute());
    };
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }
}
