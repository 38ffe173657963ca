package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.StoredForm;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The canonical tensors of a model, without states of modules and without buffers that the
 * configuration determines.
 */
public final class CanonicalModel {
  private final ModelDescription model;
  private final Vocabulary vocabulary;
  private final Map<String, List<ParameterRule>> rows = new HashMap<>();

  private CanonicalModel(ModelDescription model, VocabularySize vocabulary) {
    this.model = model;
    this.vocabulary =
        new Vocabulary(model.source(), model.config(), vocabulary, model.files().distributed());
    var namings = model.family().equivalentNamings(model.config());
    Naming canonical = namings.contains(Naming.MCORE) ? Naming.MCORE : namings.get(0);
    model
        .family()
        .parameters(model.config(), canonical)
        .in(WeightLayout.RANKS)
        .inForce(model.config())
        .rules()
        .forEach(row -> rows.computeIfAbsent(row.canonical(), key -> new ArrayList<>()).add(row));
  }

  /**
   * A described checkpoint's tensors.
   *
   * @param vocabulary what is known of the true size
   * @return in the order of the files
   */
  public static List<CanonicalTensor> of(ModelDescription model, VocabularySize vocabulary) {
    var canonical = new CanonicalModel(model, vocabulary);
    return model.tensors().stream()
        .filter(tensor -> !tensor.rule().traits().rotary())
        .map(canonical::tensor)
        .toList();
  }

  /**
   * The second of a tied pair: what is stored as such, else the first under its name.
   *
   * @return empty where there is no tied pair
   */
  public static Optional<CanonicalTensor> second(
      ModelDescription model, VocabularySize vocabulary) {
    var canonical = new CanonicalModel(model, vocabulary);
    return model
        .tie()
        .flatMap(
            tie ->
                embedding(model)
                    .map(canonical::tensor)
                    .map(first -> first.as(tie.head().canonical(), storedSecond(model))));
  }

  /** The parts of what is stored as the second of a tied pair; none where it is not stored. */
  public static List<SourcePart> storedSecond(ModelDescription model) {
    var seconds =
        embedding(model).stream()
            .flatMap(tensor -> tensor.replicas().stream())
            .filter(replica -> replica.kind() == Replica.Kind.TIED)
            .map(Replica::part)
            .toList();
    return seconds.stream().filter(part -> name(part).equals(name(seconds.get(0)))).toList();
  }

  /**
   * What holds a tensor's values once more, by the tensor's name: the second of a tied pair, and a
   * second set of weights. They must be equal.
   */
  public static Map<String, List<Again>> again(ModelDescription model, VocabularySize vocabulary) {
    var canonical = new CanonicalModel(model, vocabulary);
    Map<String, List<Again>> again = new HashMap<>();
    for (LogicalTensor tensor : model.tensors()) {
      for (var copy : copies(tensor.replicas()).entrySet()) {
        again
            .computeIfAbsent(tensor.id(), id -> new ArrayList<>())
            .add(
                new Again(
                    copy.getKey().kind(),
                    canonical.tensor(tensor).as(tensor.id(), copy.getValue())));
      }
    }
    return again;
  }

  /** One of those that hold all of a tensor, told by how often each of its parts was there. */
  private record Copy(Replica.Kind kind, String name, long number) {}

  private static Map<Copy, List<SourcePart>> copies(List<Replica> replicas) {
    Map<Copy, List<SourcePart>> copies = new LinkedHashMap<>();
    Map<List<Object>, Long> counts = new HashMap<>();
    for (Replica replica : replicas) {
      SourcePart part = replica.part();
      String name = replica.kind() == Replica.Kind.SET ? "" : name(part);
      var place = List.<Object>of(replica.kind(), name, part.view().logical());
      long number = counts.merge(place, 1L, Long::sum);
      if (replica.kind() != Replica.Kind.RANK && !replica.kind().isOfAnotherType()) {
        copies
            .computeIfAbsent(new Copy(replica.kind(), name, number), key -> new ArrayList<>())
            .add(part);
      }
    }
    return copies;
  }

  /** Values that a tensor has once more, and why they must be equal. */
  public record Again(Replica.Kind kind, CanonicalTensor tensor) {}

  private static String name(SourcePart part) {
    return part.tensor().spec().name();
  }

  private static Optional<LogicalTensor> embedding(ModelDescription model) {
    return model
        .tie()
        .flatMap(
            tie ->
                model.tensors().stream()
                    .filter(tensor -> tensor.id().equals(tie.embedding().canonical()))
                    .findFirst());
  }

  private CanonicalTensor tensor(LogicalTensor tensor) {
    Shape factors = tensor.canonical();
    boolean padded = tensor.rule().traits().vocabPadded();
    OptionalLong known =
        padded ? vocabulary.known(factors.dim(0), model.grid().tensor()) : OptionalLong.empty();
    return new CanonicalTensor(
        new TensorSpec(tensor.id(), tensor.spec().dtype(), stored(tensor)),
        factors,
        tensor.parts(),
        tensor.rule().traits().shift(),
        padded,
        known);
  }

  /** Its shape at TP 1 where it is stored in one piece; an axis per factor where it never is. */
  private Shape stored(LogicalTensor tensor) {
    ModelConfig config = model.config();
    return rows.getOrDefault(tensor.rule().canonical(), List.of()).stream()
        .filter(row -> tensor.isOn(row, config))
        .findFirst()
        .filter(row -> row.arrangement().range().isEmpty())
        .map(
            row ->
                StoredForm.wanted(row, tensor.settings(row, config), tensor.canonical()).shard(1))
        .orElse(tensor.canonical());
  }
}
