package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.LowRankProduct;
import io.shardwright.core.internal.describe.LowRankProduct.Factor;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.LowRankMerge;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The LoRA products that a step adds to its weight. Their factors are in memory, as binary32, from
 * the first block to the step's end; the first thread that needs them reads them.
 */
final class StepProducts {
  /** A product, ready to be added; {@code rows} maps rows of the weight to rows of B. */
  private record Loaded(Spans rows, ByteBuffer a, ByteBuffer b, int rank, float scale) {}

  private final List<LowRankProduct> products;
  private final Shape weight;
  private final int columns;
  private List<Loaded> loaded = List.of();

  private StepProducts(List<LowRankProduct> products, Shape weight, int columns) {
    this.products = products;
    this.weight = weight;
    this.columns = columns;
  }

  static StepProducts of(PlanStep step) {
    Shape shape = step.tensor().shape();
    if (!(step instanceof LowRankMerge merge)) {
      return new StepProducts(List.of(), shape, 1);
    }
    long columns = merge.products().get(0).a().spec().shape().elementsFrom(1);
    return new StepProducts(merge.products(), shape, Math.max(1, Math.toIntExact(columns)));
  }

  boolean none() {
    return products.isEmpty();
  }

  /** Where a block ends that begins at an element: behind whole rows, or within one. */
  long blockEnd(long at, long block) {
    long within = at % columns;
    return within == 0 && block >= columns
        ? at + block - block % columns
        : at + Math.min(block, columns - within);
  }

  /** Adds everything to a block of binary32: to whole rows, or to a part of one. */
  void add(Block block, long from, long to) {
    long first = from / columns;
    int start = (int) (from % columns);
    int width = (int) Math.min(columns, to - from);
    var spans = new BlockSpans();
    for (Loaded product : loaded()) {
      ByteBuffer a = width == columns ? product.a() : narrow(product, start, width);
      spans.take(product.rows(), first, first + (to - from) / width, 1);
      for (int span = 0; span < spans.count(); span++) {
        int rank = product.rank();
        int rows = spans.length(span);
        ByteBuffer b = part(product.b(), spans.stored(span) * rank, rows * rank);
        block.addProduct(
            spans.block(span) * width, new LowRankRows(rows, width, rank, b, a, product.scale()));
      }
    }
  }

  private ByteBuffer narrow(Loaded product, int start, int width) {
    ByteBuffer some = ByteBuffer.allocateDirect(product.rank() * width * Float.BYTES);
    for (long row = 0; row < product.rank(); row++) {
      some.put(part(product.a(), row * columns + start, width));
    }
    return some.flip().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer part(ByteBuffer floats, long from, int count) {
    return floats
        .slice(Math.toIntExact(from * Float.BYTES), count * Float.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Reads the factors if nobody has, in a thread's memory that has nothing in it. */
  synchronized void load(Lane lane) {
    if (loaded.isEmpty()) {
      loaded = products.stream().map(product -> load(product, lane)).toList();
    }
  }

  private synchronized List<Loaded> loaded() {
    return loaded;
  }

  /** Lets go of the factors. */
  synchronized void release() {
    loaded = List.of();
  }

  private Loaded load(LowRankProduct product, Lane lane) {
    var rows = product.rows();
    Shape all = new Shape(weight.dims().subList(0, rows.shape().rank()));
    var view = new View(rows, 0, rows.shape().rowMajorStrides());
    int rank = Math.toIntExact(product.rank());
    return new Loaded(
        new Spans(view, all),
        read(product.a(), lane),
        read(product.b(), lane),
        rank,
        product.scale());
  }

  private static ByteBuffer read(Factor factor, Lane lane) {
    var spec = factor.spec();
    long elements = spec.shape().elements();
    int bytes = Math.toIntExact(Math.multiplyExact(elements, Float.BYTES));
    ByteBuffer floats = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    var views = new SourceViews(factor.parts(), spec.shape());
    var pass = views.pass();
    long most = lane.tileBytes() / Float.BYTES;
    for (long at = 0; at < elements; at += most) {
      lane.block().moveTo(at, Math.min(elements, at + most), spec.dtype());
      pass.each(lane.block()::read);
      floats.put(lane.block().as(DType.FLOAT32, 0).bytes());
    }
    pass.end();
    var storages = new StorageCrcs();
    views.tell(storages);
    storages.requireRest(lane.block().scratch());
    return floats.flip();
  }
}
