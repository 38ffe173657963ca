package io.shardwright.core.report;

import io.shardwright.core.Checkpoint;
import io.shardwright.core.outline.CutTensor;
import io.shardwright.core.report.TensorName.Role;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The tensors of a checkpoint by layer, tensors of one kind counted together: logical tensors if a
 * family is known, otherwise those that are stored.
 *
 * @param groups by layer, in the checkpoint's order; tensors of no layer under the empty text
 * @param logical whether they are logical
 */
record Inventory(Map<String, List<Kind>> groups, boolean logical) {
  /**
   * Tensors of one kind in one layer, such as one matrix of all its experts.
   *
   * @param name of the first of them
   * @param count how many they are
   * @param cut how tensor parallelism cuts it; empty text where nothing is known of it
   */
  record Kind(String name, TensorName parsed, TensorSpec spec, String cut, long count) {
    long bytes() {
      return spec.byteSize() * count;
    }

    private Kind more() {
      return new Kind(name, parsed, spec, cut, count + 1);
    }

    /** The name, or the pattern of several names. */
    String shown() {
      return count == 1 || parsed.group().isEmpty() ? name : parsed.kind();
    }
  }

  static Inventory of(Checkpoint checkpoint) {
    var logical = checkpoint.outline().tensors();
    Map<String, Map<List<Object>, Kind>> found = new LinkedHashMap<>();
    if (logical.isEmpty()) {
      checkpoint.tensors().forEach(tensor -> add(found, tensor.spec(), ""));
    } else {
      distinct(logical).forEach(tensor -> add(found, spec(tensor), cut(tensor)));
    }
    Map<String, List<Kind>> groups = new LinkedHashMap<>();
    found.forEach((group, kinds) -> groups.put(group, List.copyOf(kinds.values())));
    return new Inventory(groups, !logical.isEmpty());
  }

  /** A stored tensor of all experts is listed for each of them. */
  private static Stream<CutTensor> distinct(List<CutTensor> tensors) {
    Map<String, CutTensor> byName = new LinkedHashMap<>();
    tensors.forEach(tensor -> byName.putIfAbsent(tensor.name(), tensor));
    return byName.values().stream();
  }

  private static TensorSpec spec(CutTensor tensor) {
    return new TensorSpec(tensor.name(), tensor.dtype(), tensor.shape());
  }

  /** How tensor parallelism cuts a tensor, with the part of one rank where it is cut. */
  private static String cut(CutTensor tensor) {
    String each = tensor.shard().equals(tensor.shape()) ? "" : ", each " + tensor.shard();
    String parts = tensor.parts() > 1 ? " of " + tensor.parts() + " parts" : "";
    return switch (tensor.cut()) {
      case REPLICATED -> "none";
      case COLUMN -> "rows" + parts + each;
      case ROW -> "columns" + each;
    };
  }

  private static void add(Map<String, Map<List<Object>, Kind>> found, TensorSpec spec, String cut) {
    TensorName parsed = TensorName.of(spec.name());
    List<Object> kind =
        List.of(parsed.kind(), parsed.role(), spec.dtype(), spec.shape(), optimizer(spec, parsed));
    found
        .computeIfAbsent(parsed.group(), group -> new LinkedHashMap<>())
        .merge(kind, new Kind(spec.name(), parsed, spec, cut, 1), (known, one) -> known.more());
  }

  /** The states of an optimizer are distinguished by the words before the parameter's name. */
  private static String optimizer(TensorSpec spec, TensorName parsed) {
    return parsed.role() == Role.OPTIMIZER ? spec.name().replaceAll("[0-9]+", "*") : "";
  }

  long tensors() {
    return all().mapToLong(Kind::count).sum();
  }

  long bytes() {
    return all().mapToLong(Kind::bytes).sum();
  }

  Stream<Kind> all() {
    return groups.values().stream().flatMap(List::stream);
  }

  /** Bytes by the part of the model. */
  Map<Role, Long> roles() {
    Map<Role, Long> roles = new EnumMap<>(Role.class);
    all().forEach(kind -> roles.merge(kind.parsed().role(), kind.bytes(), Math::addExact));
    return roles;
  }

  Treemap treemap() {
    var map = new ArrayList<Treemap.Group>();
    groups.forEach((group, kinds) -> map.add(new Treemap.Group(group, leaves(kinds))));
    return new Treemap(map);
  }

  /** All that an optimizer keeps for a layer is one. */
  private static List<Treemap.Leaf> leaves(List<Kind> kinds) {
    Map<String, Treemap.Leaf> leaves = new LinkedHashMap<>();
    for (Kind kind : kinds) {
      Role role = kind.parsed().role();
      String label = role == Role.OPTIMIZER ? "optimizer" : kind.parsed().kind();
      leaves.merge(
          label,
          new Treemap.Leaf(label, role, kind.bytes()),
          (one, other) -> new Treemap.Leaf(label, role, one.bytes() + other.bytes()));
    }
    return List.copyOf(leaves.values());
  }
}
