package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.core.internal.describe.StoredForm;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.ArrayCut.Part;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Gives every stored tensor its chunks in a distributed checkpoint, on the grid that Megatron-Core
 * writes at a tensor-parallel size: one chunk per layer and rank, and per matrix of a gated MLP
 * (Megatron-LM core_v0.5.0, {@code megatron/core/transformer/mlp.py}).
 */
final class ArrayPlacement implements Placement {
  private static final class Draft {
    private final Emission first;
    private final TensorSpec chunk;
    private final List<ArrayChunks> parts = new ArrayList<>();
    private List<Integer> last;

    Draft(Emission first, TensorSpec chunk, List<Integer> stacked) {
      this.first = first;
      this.chunk = chunk;
      this.last = stacked;
    }

    /** The chunks of all layers and experts have one key, type and shape. */
    TensorSpec chunk(Emission emission, Shape shape) {
      boolean alike = emission.dtype() == chunk.dtype() && shape.equals(chunk.shape());
      return alike ? chunk : new TensorSpec(chunk.name(), emission.dtype(), shape);
    }

    /** Files list layers in any order: by name, 10 comes before 2. */
    private void reach(List<Integer> indexes) {
      boolean within = true;
      for (int i = 0; i < last.size(); i++) {
        within &= indexes.get(i) <= last.get(i);
      }
      if (!within) {
        last =
            IntStream.range(0, last.size())
                .mapToObj(i -> Math.max(last.get(i), indexes.get(i)))
                .toList();
      }
    }
  }

  /**
   * How a row's tensors are cut.
   *
   * @param form that they have
   * @param leading axes of layers and experts
   * @param chunk the shape of a chunk with these
   */
  private record Known(StoredForm form, int leading, ArrayCut cut, Shape chunk) {
    Known(StoredForm form, int leading, ArrayCut cut) {
      this(form, leading, cut, behind(Collections.nCopies(leading, 1L), cut.shape()));
    }
  }

  private final Map<ParameterRule, Known> cuts = new IdentityHashMap<>();
  private final String folder;
  private final Grid grid;
  private final boolean items;
  private final ArrayKeys keys;
  private final Owners owners;
  private final Map<String, Draft> drafts = new LinkedHashMap<>();

  /**
   * An empty checkpoint.
   *
   * @param folder the distributed checkpoint's, with a slash
   */
  ArrayPlacement(String folder, TargetChoice choice, StageLayers layers, Owners owners) {
    this.folder = folder;
    this.grid = choice.grid();
    this.items = choice.items();
    this.keys = ArrayKeys.of(layers);
    this.owners = owners;
  }

  @Override
  public List<To> add(Emission emission) {
    String key = keys.of(emission);
    List<Integer> stacked = emission.stacked(keys.alike(emission.row()));
    Known known = known(emission, stacked.size());
    Draft draft =
        drafts.computeIfAbsent(
            key,
            k -> new Draft(emission, new TensorSpec(k, emission.dtype(), known.chunk()), stacked));
    draft.reach(stacked);
    var spec = draft.chunk(emission, known.chunk());
    int owner = owners.of(emission.row(), emission.indexes(), 0);
    var chunks = new ArrayChunks(folder, spec, stacked, owner, known.cut());
    draft.parts.add(chunks);
    return chunks;
  }

  /** The cut of a row's last tensor: those of all layers and experts are alike. */
  private Known known(Emission emission, int leading) {
    return cuts.compute(
        emission.row(),
        (row, last) ->
            last != null && last.form() == emission.form() && last.leading() == leading
                ? last
                : new Known(emission.form(), leading, cut(emission)));
  }

  private ArrayCut cut(Emission emission) {
    Shape chunk = chunk(emission);
    var parts = new ArrayList<Part>();
    for (List<Long> index : indexes(emission.form().shard(1), chunk)) {
      parts.add(new Part(index, share(emission, index), views(emission, index, chunk)));
    }
    return new ArrayCut(chunk, parts);
  }

  /** The rank among those that the tensor is cut over; 0 for what each of them holds. */
  private int share(Emission emission, List<Long> index) {
    if (isWhole(emission.form())) {
      return 0;
    }
    long number = index.get(emission.form().cutAxis());
    return Math.toIntExact(number % grid.over(emission.row()));
  }

  private static boolean isWhole(StoredForm form) {
    return form.replicated() || form.segments().isPresent();
  }

  /** Of several matrices, whether an array has each rank's together. */
  private boolean byRank(Emission emission) {
    return emission.row().traits().rankOrdered() && !items;
  }

  private static Shape behind(List<Long> leading, Shape own) {
    return new Shape(Stream.concat(leading.stream(), own.dims().stream()).toList());
  }

  private Shape chunk(Emission emission) {
    Shape whole = emission.form().shard(1);
    if (isWhole(emission.form())) {
      return whole;
    }
    int matrices = byRank(emission) ? 1 : emission.row().arrangement().stride();
    int parts = grid.over(emission.row()) * matrices;
    int axis = emission.form().cutAxis();
    return whole.with(axis, whole.dim(axis) / parts);
  }

  private static List<List<Long>> indexes(Shape whole, Shape chunk) {
    List<List<Long>> all = List.of(List.of());
    for (int axis = 0; axis < whole.rank(); axis++) {
      var longer = new ArrayList<List<Long>>();
      long count = whole.dim(axis) == 0 ? 0 : whole.dim(axis) / chunk.dim(axis);
      for (List<Long> before : all) {
        for (long i = 0; i < count; i++) {
          var next = new ArrayList<>(before);
          next.add(i);
          longer.add(next);
        }
      }
      all = longer;
    }
    return all;
  }

  private List<View> views(Emission emission, List<Long> index, Shape chunk) {
    StoredForm form = emission.form();
    if (byRank(emission) && !form.replicated()) {
      int rank = Math.toIntExact(index.get(form.cutAxis()));
      return form.views(rank, grid.over(emission.row()), 0, chunk.rowMajorStrides());
    }
    var offset = new ArrayList<Long>();
    for (int axis = 0; axis < chunk.rank(); axis++) {
      offset.add(index.get(axis) * chunk.dim(axis));
    }
    return form.views(0, 1, new Region(offset, chunk), 0, chunk.rowMajorStrides());
  }

  /** zarr divides by a chunk's extents, also where an array has no elements. */
  private static Shape atLeastOne(Shape chunk) {
    return new Shape(chunk.dims().stream().map(extent -> Math.max(1, extent)).toList());
  }

  List<TargetArray> arrays() {
    return drafts.entrySet().stream().map(e -> array(e.getKey(), e.getValue())).toList();
  }

  private TargetArray array(String key, Draft draft) {
    Emission first = draft.first;
    Shape whole = behind(draft.last.stream().map(i -> i + 1L).toList(), first.form().shard(1));
    Shape chunk = behind(draft.last.stream().map(i -> 1L).toList(), atLeastOne(chunk(first)));
    return new TargetArray(new TensorSpec(key, first.dtype(), whole), chunk, draft.parts);
  }
}
