package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleWalk;
import io.shardwright.core.internal.describe.ModuleState.Content;
import io.shardwright.core.internal.describe.ModuleState.Stored;
import io.shardwright.core.internal.describe.ModuleState.Value;
import io.shardwright.core.outline.UnreadableTensor;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.tensor.DType;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The content of one rank's file.
 *
 * @param member its name within the checkpoint
 * @param names all names of the state dict in the file's order, tensors and objects alike
 * @param tensors by name
 * @param objects what is no tensor, by name: {@code _extra_state}
 * @param metadata the state dict's {@code _metadata}
 * @param unreadable of what kind tensors are that can't be read, by name
 */
public record RankFile(
    String member,
    RankCoordinate rank,
    List<String> names,
    Map<String, SourceTensor> tensors,
    Map<String, PickleValue> objects,
    Optional<PickleValue> metadata,
    Map<String, String> unreadable) {

  /** A file all of whose tensors can be read. */
  public RankFile(
      String member,
      RankCoordinate rank,
      List<String> names,
      Map<String, SourceTensor> tensors,
      Map<String, PickleValue> objects,
      Optional<PickleValue> metadata) {
    this(member, rank, names, tensors, objects, metadata, Map.of());
  }

  /** The same with further tensors. */
  public RankFile with(Map<String, SourceTensor> more) {
    var all = new LinkedHashMap<>(tensors);
    all.putAll(more);
    return new RankFile(member, rank, names, all, objects, metadata, unreadable);
  }

  /** The same without the tensors of an optimizer. */
  RankFile withoutCompanions() {
    if (tensors.keySet().stream().noneMatch(Companions::isCompanion)) {
      return this;
    }
    var own = new LinkedHashMap<>(tensors);
    own.keySet().removeIf(Companions::isCompanion);
    var left = names.stream().filter(name -> !Companions.isCompanion(name)).toList();
    return new RankFile(member, rank, left, own, objects, metadata, unreadable);
  }

  /** The same, whose computed tensors have values of a type. */
  RankFile computedAs(DType type) {
    if (tensors.values().stream().allMatch(tensor -> tensor.computedAs(type) == tensor)) {
      return this;
    }
    var all = new LinkedHashMap<>(tensors);
    all.replaceAll((name, tensor) -> tensor.computedAs(type));
    return new RankFile(member, rank, names, all, objects, metadata, unreadable);
  }

  /** The same with what is stored in place of what is computed from it. */
  RankFile uncomputed() {
    if (tensors.values().stream().allMatch(tensor -> tensor.pieces().isEmpty())) {
      return this;
    }
    var stored = new LinkedHashMap<String, SourceTensor>();
    tensors.forEach(
        (name, tensor) -> {
          tensor.pieces().forEach(piece -> stored.put(piece.spec().name(), piece));
          if (tensor.pieces().isEmpty()) {
            stored.put(name, tensor);
          }
        });
    var all = new LinkedHashSet<>(names);
    all.removeAll(tensors.keySet());
    all.addAll(stored.keySet());
    return new RankFile(member, rank, List.copyOf(all), stored, objects, metadata, unreadable);
  }

  /** The one file of a model without ranks, in which nothing but tensors is of concern. */
  public static RankFile whole(
      String member, Map<String, SourceTensor> tensors, Map<String, String> unreadable) {
    var names = List.copyOf(tensors.keySet());
    return new RankFile(
        member, new RankCoordinate(0, 0), names, tensors, Map.of(), Optional.empty(), unreadable);
  }

  /** What its modules keep besides parameters, by name, in the file's order. */
  public Map<String, Content> states() {
    var states = new LinkedHashMap<String, Content>();
    for (String name : names) {
      if (objects.containsKey(name)) {
        states.put(name, new Value(objects.get(name)));
      } else if (ModuleState.isName(name) && tensors.containsKey(name)) {
        states.put(name, new Stored(member, tensors.get(name)));
      }
    }
    return states;
  }

  /** The names of its tensors but those of modules' states. */
  public Set<String> parameters() {
    return tensors.keySet().stream()
        .filter(name -> !ModuleState.isName(name))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  Stream<UnreadableTensor> unreadableTensors() {
    return unreadable.entrySet().stream().map(e -> unreadable(e.getKey(), e.getValue()));
  }

  /** Objects with tensors inside. */
  Stream<UnreadableTensor> holders() {
    return objects.entrySet().stream()
        .filter(object -> PickleWalk.refersOutside(object.getValue()))
        .map(object -> unreadable(object.getKey(), "an object with tensors inside"));
  }

  private UnreadableTensor unreadable(String name, String kind) {
    return new UnreadableTensor(member, rank, name, kind);
  }
}
