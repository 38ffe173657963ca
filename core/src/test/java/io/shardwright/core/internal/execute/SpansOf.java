package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.View;
import io.shardwright.spi.tensor.Shape;

/** A view's spans in a range, as a block goes through them. */
public final class SpansOf {
  private SpansOf() {}

  public static BlockSpans range(View view, Shape logical, long first, long last, int elementSize) {
    var spans = new BlockSpans();
    spans.take(new Spans(view, logical), first, last, elementSize);
    spans.sort();
    return spans;
  }
}
