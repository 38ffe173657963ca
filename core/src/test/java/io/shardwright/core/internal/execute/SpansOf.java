package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.View;
import io.shardwright.spi.tensor.Shape;

/** A view's pieces in a range, as a slab goes through them. */
public final class SpansOf {
  private SpansOf() {}

  public static Spans range(View view, Shape logical, long first, long last, int elementSize) {
    var spans = new Spans();
    spans.take(new Runs(view, logical), first, last, elementSize);
    spans.sort();
    return spans;
  }
}
