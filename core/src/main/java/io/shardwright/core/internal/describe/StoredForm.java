package io.shardwright.core.internal.describe;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The mapping from a stored tensor's elements to the canonical tensor, whose axes are split into
 * factors. A shard of tensor parallelism is a range of one factor: with stride s the axis is s
 * factors of which the second is cut, so that one rule serves split and merge (Megatron-LM, {@code
 * megatron/core/tensor_parallel/layers.py}, {@code partition_stride}).
 *
 * @param canonical the whole tensor, an axis per factor
 * @param cut the factor that is cut, or -1 for none
 * @param part what the stored tensor holds of the whole
 * @param axes for each stored axis its factors, outermost first
 * @param segments of the factor that consists of some, each of which is cut on its own
 * @param pieces forms of its pieces along axis 0 if the part breaks; otherwise empty
 */
public record StoredForm(
    Shape canonical,
    int cut,
    Region part,
    List<List<Integer>> axes,
    Optional<SegmentedAxis> segments,
    List<StoredForm> pieces) {

  private StoredForm(Shape canonical, int cut, Region part, List<List<Integer>> axes) {
    this(canonical, cut, part, axes, Optional.empty(), List.of());
  }

  /** The same in pieces, of which no rank has a share. */
  StoredForm broken(List<StoredForm> into) {
    return new StoredForm(canonical, -1, part, axes, segments, into);
  }

  /**
   * The form of a shard that was found.
   *
   * @param ranks over which the whole is cut
   * @throws IllegalArgumentException saying what does not fit
   */
  public static StoredForm found(ParameterRule rule, ModelConfig config, Shape shard, int ranks) {
    var factors = Factors.of(rule.arrangement(), rule.partitionDim(), config, shard.rank());
    return factors.form(factors.solve(shard, ranks));
  }

  /**
   * The form of a tensor to be written.
   *
   * @param canonical as the source has it, an axis per factor
   * @throws IllegalArgumentException if the rule splits the tensor into other factors
   */
  public static StoredForm wanted(ParameterRule rule, ModelConfig config, Shape canonical) {
    return Factors.of(rule.arrangement(), rule.partitionDim(), config, canonical).form(canonical);
  }

  /**
   * Why a tensor to be written does not fit a configuration.
   *
   * @param canonical as the source has it, an axis per factor
   * @return what is expected and by which keys; empty where it fits
   */
  public static Optional<String> misfit(ParameterRule rule, ModelConfig config, Shape canonical) {
    try {
      Factors.of(rule.arrangement(), rule.partitionDim(), config, canonical)
          .requireSizes(canonical);
      return Optional.empty();
    } catch (SizeMisfit misfit) {
      return Optional.of(misfit.getMessage() + ": " + config.saying(misfit.keys()));
    }
  }

  /** The same with another number of rows. */
  public StoredForm withRows(long rows) {
    Shape changed = canonical.with(0, rows);
    return new StoredForm(changed, cut, Region.whole(changed), axes);
  }

  /**
   * What is left of a matrix's rows for a product that changes them: a column per rank.
   *
   * @return empty where it is no matrix, or a part of one by columns
   */
  public Optional<StoredForm> rowsByRank(long rank) {
    return rowFactors().map(rows -> side(0, rows, rank, List.of(outputs(), List.of(rows))));
  }

  /**
   * What is left of a matrix's columns for a product that changes it: a row per rank.
   *
   * @return empty where it is no matrix, or a part of one by columns
   */
  public Optional<StoredForm> rankByColumns(long rank) {
    return rowFactors()
        .map(
            rows -> {
              var order = axes.get(axes.indexOf(outputs()) == 0 ? 1 : 0);
              var own = order.stream().map(factor -> factor - rows + 1).toList();
              return side(rows, canonical.rank(), rank, List.of(List.of(0), own));
            });
  }

  /** The stored axis of the output features: they are a matrix's first factors. */
  private List<Integer> outputs() {
    return axes.stream().filter(axis -> axis.contains(0)).findFirst().orElse(List.of());
  }

  private Optional<Integer> rowFactors() {
    int rows = outputs().size();
    boolean matrix =
        axes.size() == 2
            && segments.isEmpty()
            && pieces.isEmpty()
            && outputs().stream().allMatch(factor -> factor < rows)
            && part.shape().elementsFrom(rows) == canonical.elementsFrom(rows);
    return matrix ? Optional.of(rows) : Optional.empty();
  }

  private StoredForm side(int from, int to, long rank, List<List<Integer>> order) {
    var dims = new ArrayList<>(part.shape().dims().subList(from, to));
    dims.add(from == 0 ? dims.size() : 0, rank);
    Shape shape = new Shape(dims);
    return new StoredForm(shape, -1, Region.whole(shape), order);
  }

  /** The rows of a matrix that this is, in the factors of axis 0. */
  public Region rows() {
    int rows = outputs().size();
    return new Region(
        part.offset().subList(0, rows), new Shape(part.shape().dims().subList(0, rows)));
  }

  /** Whether every rank holds everything. */
  public boolean replicated() {
    return cut < 0;
  }

  /** Whether the cut comes out even. */
  public boolean divides(int ranks) {
    return replicated()
        || segmented(cut)
            .map(held -> held.divides(ranks))
            .orElseGet(() -> part.shape().dim(cut) % ranks == 0);
  }

  private long local(int factor, int ranks) {
    long extent = part.shape().dim(factor);
    int sharing = factor == cut ? ranks : 1;
    return segmented(factor).map(held -> held.local(sharing)).orElse(extent / sharing);
  }

  private Optional<SegmentedAxis> segmented(int factor) {
    return segments.filter(held -> held.factor() == factor);
  }

  /** To which rank an element of the cut factor belongs, and up to which one. */
  public RankRange range(long element, int ranks) {
    Optional<SegmentedAxis> segmented = segmented(cut);
    if (segmented.isPresent()) {
      return segmented.get().range(element, ranks);
    }
    long own = Math.max(1, canonical.dim(cut) / ranks);
    int rank = (int) Math.min(ranks - 1, element / own);
    return new RankRange(0, rank, (element / own + 1) * own);
  }

  /** Whether every rank holds the elements of a view. */
  public boolean repeated(View view) {
    return replicated()
        || segments
            .filter(held -> held.repeated(view.logical().offset().get(held.factor())))
            .isPresent();
  }

  private long size(List<Integer> factors, int ranks) {
    return factors.stream().mapToLong(f -> local(f, ranks)).reduce(1, Math::multiplyExact);
  }

  /** The shape of one rank's shard. */
  public Shape shard(int ranks) {
    return new Shape(axes.stream().map(factors -> size(factors, ranks)).toList());
  }

  /** The stored axis that is cut, or -1 for none. */
  public int cutAxis() {
    for (int axis = 0; axis < axes.size(); axis++) {
      if (axes.get(axis).contains(cut)) {
        return axis;
      }
    }
    return -1;
  }

  /** All of a rank's shard. */
  public List<View> views(int rank, int ranks, long start, List<Long> strides) {
    return views(rank, ranks, Region.whole(shard(ranks)), start, strides);
  }

  /**
   * Where the elements of a box of a rank's shard stand in the canonical tensor.
   *
   * @param box in the shard's own axes
   * @param start of the box within its storage, in elements
   * @param strides of the storage, in elements, an axis each
   */
  public List<View> views(int rank, int ranks, Region box, long start, List<Long> strides) {
    if (!pieces.isEmpty()) {
      return PieceByPiece.views(pieces, box, start, strides);
    }
    var found = new ArrayList<View>();
    collect(0, new long[canonical.rank()], whole(ranks), start, rank, ranks, box, strides, found);
    return found;
  }

  private long[] whole(int ranks) {
    long[] shape = new long[canonical.rank()];
    for (int factor = 0; factor < shape.length; factor++) {
      shape[factor] = local(factor, ranks);
    }
    return shape;
  }

  private void collect(
      int axis,
      long[] offset,
      long[] shape,
      long start,
      int rank,
      int ranks,
      Region box,
      List<Long> strides,
      List<View> found) {
    if (axis == axes.size()) {
      found.addAll(views(offset, shape, start, rank, ranks, strides));
      return;
    }
    var factors = axes.get(axis);
    long first = box.offset().get(axis);
    var extents = factors.stream().map(f -> local(f, ranks)).toList();
    for (Region run : FactoredInterval.boxes(extents, first, box.end(axis))) {
      long[] at = offset.clone();
      long[] size = shape.clone();
      long index = 0;
      for (int k = 0; k < factors.size(); k++) {
        at[factors.get(k)] = run.offset().get(k);
        size[factors.get(k)] = run.shape().dim(k);
        index = index * extents.get(k) + run.offset().get(k);
      }
      long begin = start + (index - first) * strides.get(axis);
      collect(axis + 1, at, size, begin, rank, ranks, box, strides, found);
    }
  }

  /** One, or one for each piece of a segment. */
  private List<View> views(
      long[] offset, long[] shape, long start, int rank, int ranks, List<Long> strides) {
    View whole = view(offset, shape, start, rank, ranks, strides);
    if (segments.isEmpty()) {
      return List.of(whole);
    }
    SegmentedAxis held = segments.get();
    int factor = held.factor();
    boolean shared = factor == cut;
    var pieces =
        held.pieces(
            shared ? rank : 0, shared ? ranks : 1, offset[factor], offset[factor] + shape[factor]);
    return pieces.stream().map(piece -> whole.moved(factor, piece, offset[factor])).toList();
  }

  private View view(
      long[] offset, long[] shape, long start, int rank, int ranks, List<Long> strides) {
    var logical = new ArrayList<Long>();
    var extents = new ArrayList<Long>();
    for (int factor = 0; factor < offset.length; factor++) {
      long shift = factor == cut ? rank * local(factor, ranks) : 0;
      logical.add(part.offset().get(factor) + offset[factor] + shift);
      extents.add(shape[factor]);
    }
    return new View(new Region(logical, new Shape(extents)), start, factorStrides(strides, ranks));
  }

  private List<Long> factorStrides(List<Long> strides, int ranks) {
    Long[] all = new Long[canonical.rank()];
    for (int axis = 0; axis < axes.size(); axis++) {
      long stride = strides.get(axis);
      var factors = axes.get(axis);
      for (int k = factors.size() - 1; k >= 0; k--) {
        all[factors.get(k)] = stride;
        stride = Math.multiplyExact(stride, local(factors.get(k), ranks));
      }
    }
    return List.of(all);
  }
}
