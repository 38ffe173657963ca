package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.ModuleState.Content;
import io.shardwright.core.internal.describe.ModuleState.Stored;
import io.shardwright.core.outline.UnreadableTensor;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The content of a checkpoint's files: those of the ranks, or the arrays of a distributed
 * checkpoint.
 *
 * @param ranks one file per rank of the grid, stage by stage; empty for arrays
 * @param again further names of tensors, and further files that hold the same; mostly empty
 * @param numbered whether layers in rank files already have their number in the whole model
 * @param bare whether files are not NeMo's: their names have no prefix, their modules' states are
 *     left out, so that a target has its own, and arrays have no axis in the order of ranks
 * @param arrays empty for rank files
 * @param arrayObjects what the arrays' modules keep besides; names have their layer in place
 */
public record SourceFiles(
    List<RankFile> ranks,
    List<Again> again,
    boolean numbered,
    boolean bare,
    List<StoredArray> arrays,
    List<ArrayObject> arrayObjects) {

  /** The files of a format of NeMo's. */
  public SourceFiles(
      List<RankFile> ranks,
      List<Again> again,
      boolean numbered,
      List<StoredArray> arrays,
      List<ArrayObject> arrayObjects) {
    this(ranks, again, numbered, false, arrays, arrayObjects);
  }

  /**
   * Tensors that are no rank's own.
   *
   * @param kind RANK where they are tensors of the first rank under names of their own, SET where
   *     they are the same as the ranks'
   */
  public record Again(RankFile file, Replica.Kind kind) {}

  /** An object of a distributed checkpoint, by its key without layers and its index. */
  public record ArrayObject(String key, List<Integer> indexes, Content content) {}

  /** Rank files. */
  public static SourceFiles ofRanks(List<RankFile> ranks) {
    return ofRanks(ranks, List.of());
  }

  /** Rank files, and the same tensors elsewhere. */
  public static SourceFiles ofRanks(List<RankFile> ranks, List<Again> again) {
    return new SourceFiles(ranks, again, false, List.of(), List.of());
  }

  /** The same without further sets of weights. */
  public SourceFiles firstSet() {
    var names = again.stream().filter(other -> other.kind() == Replica.Kind.RANK).toList();
    return new SourceFiles(ranks, names, numbered, bare, arrays, arrayObjects);
  }

  /** The same, whose computed tensors have values of a type. */
  public SourceFiles computedAs(DType type) {
    return each(file -> file.computedAs(type));
  }

  /** The same with what is stored in place of what is computed from it. */
  public SourceFiles uncomputed() {
    return each(RankFile::uncomputed);
  }

  private SourceFiles each(UnaryOperator<RankFile> change) {
    var others = again.stream().map(o -> new Again(change.apply(o.file()), o.kind())).toList();
    return new SourceFiles(
        ranks.stream().map(change).toList(), others, numbered, bare, arrays, arrayObjects);
  }

  /** The tensors whose values are computed from stored ones. */
  public List<SourceTensor> computed() {
    return ranks.stream()
        .flatMap(file -> file.tensors().values().stream())
        .filter(tensor -> tensor.computed().isPresent())
        .toList();
  }

  /** The same without the tensors of an optimizer. */
  public SourceFiles withoutCompanions() {
    var own = arrays.stream().filter(a -> !Companions.isState(a.spec().name())).toList();
    var files = ranks.stream().map(RankFile::withoutCompanions).toList();
    return new SourceFiles(files, again, numbered, bare, own, arrayObjects);
  }

  /** The bytes of an optimizer's tensors. */
  public long stateBytes() {
    return Stream.concat(
            ranks.stream()
                .flatMap(file -> file.tensors().values().stream())
                .map(SourceTensor::spec),
            arrays.stream().map(StoredArray::spec))
        .filter(spec -> Companions.isState(spec.name()))
        .mapToLong(TensorSpec::byteSize)
        .sum();
  }

  /** The same without what lies beside the model, and no parameter's name tells. */
  public SourceFiles withoutFlat() {
    var own =
        arrays.stream().filter(a -> !a.beside() && !Companions.isFlat(a.spec().name())).toList();
    return new SourceFiles(ranks, again, numbered, bare, own, arrayObjects);
  }

  /** How its tensors are stored. */
  WeightLayout layout() {
    return distributed() ? WeightLayout.DISTRIBUTED : WeightLayout.RANKS;
  }

  /** Whether it is a distributed checkpoint. */
  public boolean distributed() {
    return ranks.isEmpty();
  }

  /** The tensors that are no arrays: modules' states. */
  public List<Stored> objectTensors() {
    return arrayObjects.stream()
        .map(ArrayObject::content)
        .filter(Stored.class::isInstance)
        .map(Stored.class::cast)
        .toList();
  }

  /** The tensors that can't be read. */
  public List<UnreadableTensor> unreadable() {
    return ranks.stream().flatMap(RankFile::unreadableTensors).toList();
  }

  /** The same, and the objects that have tensors inside. */
  public List<UnreadableTensor> unlisted() {
    return ranks.stream()
        .flatMap(file -> Stream.concat(file.unreadableTensors(), file.holders()))
        .toList();
  }

  /** The names of all tensors, each once. */
  public Set<String> names() {
    return Stream.concat(
            ranks.stream().flatMap(file -> file.tensors().keySet().stream()),
            arrays.stream().map(array -> array.spec().name()))
        .collect(Collectors.toSet());
  }

  /** All tensors as they are stored, chunks each. */
  public List<SourceTensor> tensors() {
    return distributed()
        ? Stream.concat(
                arrays.stream().flatMap(a -> a.chunks().stream()).map(StoredArray.Chunk::tensor),
                objectTensors().stream().map(Stored::tensor))
            .toList()
        : Stream.concat(ranks.stream(), again.stream().map(Again::file))
            .flatMap(file -> file.tensors().values().stream())
            .toList();
  }
}
