package io.shardwright.core.internal.validate;

import io.shardwright.core.FamilyReport.Finding;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.StoredForm;
import io.shardwright.core.internal.validate.FamilyValidation.Kind;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The tensors of one model on two grids, which tell how each is cut. */
final class Twins {
  private static final int STRIDES = 4;

  private final ModelConfig config;
  private final RankBytes bytes = new RankBytes();
  private final Map<String, List<Pair>> pairs = new LinkedHashMap<>();

  /**
   * How tensors are cut.
   *
   * @param axis that is cut; -1 for none
   * @param stride the number of matrices of the axis, each cut on its own
   */
  record Told(int axis, int stride) {
    boolean isOf(Rows rows, int line) {
      return rows.table().rules().stream()
          .filter(rule -> rows.lines().of(rule) == line)
          .anyMatch(rule -> rule.partitionDim() == axis && rule.arrangement().stride() == stride);
    }

    ParameterRule rule(String pattern) {
      return axis == 0 ? ParameterRule.column(pattern, stride) : ParameterRule.row(pattern);
    }
  }

  private record Pair(StoredName one, StoredName other) {
    /** Arrays have no ranks, and equal numbers of ranks cut alike whatever the cut is. */
    boolean telling() {
      return !one.keyed() && !other.keyed() && one.ranks() != other.ranks();
    }

    /** Whether the ranks are those that cut an expert, not those that hold others. */
    boolean cutsExperts() {
      return one.ranks() == one.expertRanks() && other.ranks() == other.expertRanks();
    }
  }

  /**
   * Pairs tensors by their names.
   *
   * @param others those on the other grid; empty where there is none
   */
  Twins(List<StoredName> names, List<StoredName> others, ModelConfig config) {
    this.config = config;
    Map<String, StoredName> byName = new HashMap<>();
    others.forEach(other -> byName.put(other.name(), other));
    for (StoredName name : names) {
      StoredName other = byName.get(name.name());
      if (other != null) {
        pairs.computeIfAbsent(name.pattern(), key -> new ArrayList<>()).add(new Pair(name, other));
      }
    }
  }

  /** How the tensors of a pattern are cut; empty if that is not told, or several ways fit. */
  Optional<Told> tell(String pattern) {
    List<Told> fitting = fitting(pattern);
    if (fitting.size() > 1 && pattern.endsWith("bias")) {
      return tell(pattern.replaceFirst("bias$", "weight")).filter(fitting::contains);
    }
    return fitting.size() == 1 ? Optional.of(fitting.get(0)) : Optional.empty();
  }

  /** A guess in other words, where both grids leave no other cut. */
  Finding confirm(Finding found, Rows rows) {
    boolean confirmed =
        found.kind().equals(Kind.GUESS.word())
            && tell(found.subject()).filter(told -> told.isOf(rows, found.line())).isPresent();
    return confirmed
        ? Kind.GUESS.finding(
            found.subject(), 0, found.line(), "is a guess that both grids confirm: delete 'guess'")
        : found;
  }

  private List<Told> fitting(String pattern) {
    var alike = pairs.getOrDefault(pattern, List.of());
    boolean expert = pattern.indexOf('*') != pattern.lastIndexOf('*');
    boolean telling =
        alike.stream().allMatch(pair -> pair.telling() && (!expert || pair.cutsExperts()));
    if (alike.isEmpty() || !telling) {
      return List.of();
    }
    return Stream.concat(
            Stream.of(new Told(-1, 1), new Told(1, 1)),
            IntStream.rangeClosed(1, STRIDES).mapToObj(stride -> new Told(0, stride)))
        .filter(told -> alike.stream().allMatch(pair -> fits(pair, told, pattern)))
        .toList();
  }

  private boolean fits(Pair pair, Told told, String pattern) {
    if (told.axis() < 0) {
      return Stream.of(pair.one(), pair.other())
              .flatMap(name -> name.tensors().stream())
              .map(bytes::of)
              .distinct()
              .count()
          == 1;
    }
    Optional<Merged> one = Merged.of(pair.one(), told.rule(pattern), config);
    Optional<Merged> other = Merged.of(pair.other(), told.rule(pattern), config);
    if (one.isEmpty() || other.isEmpty() || !one.get().isLike(other.get(), pattern)) {
      return false;
    }
    long common = Math.min(one.get().spec().byteSize(), other.get().spec().byteSize());
    return one.get().read(bytes, common).equals(other.get().read(bytes, common));
  }

  /** A tensor as a row merges its shards. */
  private record Merged(TensorSpec spec, List<SourcePart> parts) {
    static Optional<Merged> of(StoredName name, ParameterRule rule, ModelConfig config) {
      if (rule.partitionDim() >= name.shape().rank()) {
        return Optional.empty();
      }
      try {
        int ranks = name.tensors().size();
        var form = StoredForm.found(rule, config, name.shape(), ranks);
        var parts = new ArrayList<SourcePart>();
        for (int rank = 0; rank < ranks; rank++) {
          var tensor = name.tensors().get(rank);
          form.views(rank, ranks, tensor.start(), tensor.strides())
              .forEach(view -> parts.add(new SourcePart("", tensor, view)));
        }
        var spec = name.tensors().get(0).spec();
        return Optional.of(
            new Merged(new TensorSpec(spec.name(), spec.dtype(), form.canonical()), parts));
      } catch (IllegalArgumentException misfit) {
        return Optional.empty();
      }
    }

    /** Outside of layers the rows of a vocabulary may be padded to other numbers. */
    boolean isLike(Merged other, String pattern) {
      Shape shape = spec.shape();
      Shape others = other.spec.shape();
      boolean padded = !pattern.contains("*") && shape.rank() == others.rank();
      return spec.dtype() == other.spec.dtype()
          && (shape.equals(others) || padded && shape.with(0, others.dim(0)).equals(others));
    }

    List<Byte> read(RankBytes bytes, long count) {
      return bytes.merged(spec, parts, count);
    }
  }
}
