package io.shardwright.core.internal.execute.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.execute.BlockSpans;
import io.shardwright.core.internal.execute.RandomStep;
import io.shardwright.core.internal.execute.SpansOf;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sizes and strides against the spans that they stand for. */
class NestTest {
  private static final int SIZE = 2;

  @Test
  void standForEveryElementInItsPackedPlace() {
    for (long seed = 0; seed < 2_000; seed++) {
      var random = new Random(seed);
      var step = new RandomStep(random).step();
      Shape shape = step.tensor().shape();
      for (var to : step.to()) {
        long first = random.nextInt((int) shape.elements());
        long last = first + 1 + random.nextInt((int) (shape.elements() - first));
        BlockSpans spans = SpansOf.range(to.view(), shape, first, last, SIZE);
        assertEquals(elements(spans), elements(Nest.of(spans, 0, spans.count(), SIZE)), "" + seed);
      }
    }
  }

  @Test
  void areFewForWhatIsRegular() {
    var matrix = Shape.of(100, 60);
    var columns = new View(new Region(List.of(0L, 20L), Shape.of(100, 10)), 0, List.of(10L, 1L));
    assertEquals(
        List.of(new Nest(20, List.of(100L, 10L), List.of(60L, 1L))),
        nests(columns, matrix, 0, 6000));
    var transposed = new View(Region.whole(matrix), 0, List.of(1L, 100L));
    assertEquals(
        List.of(new Nest(0, List.of(60L, 100L, 1L), List.of(1L, 60L, 1L))),
        nests(transposed, matrix, 0, 6000));
    assertTrue(nests(transposed, matrix, 90, 5999).size() <= 3);
  }

  private static List<Nest> nests(View view, Shape logical, long first, long last) {
    BlockSpans spans = SpansOf.range(view, logical, first, last, SIZE);
    return Nest.of(spans, 0, spans.count(), SIZE);
  }

  private static List<Long> elements(BlockSpans spans) {
    var places = new ArrayList<Long>();
    for (int span = 0; span < spans.count(); span++) {
      for (long at = 0; at < spans.length(span) / SIZE; at++) {
        places.add(spans.block(span) / SIZE + at);
      }
    }
    return places;
  }

  private static List<Long> elements(List<Nest> nests) {
    var places = new ArrayList<Long>();
    nests.forEach(nest -> add(nest, 0, nest.start(), places));
    return places;
  }

  private static void add(Nest nest, int axis, long at, List<Long> places) {
    if (axis == nest.sizes().size()) {
      places.add(at);
      return;
    }
    for (long i = 0; i < nest.sizes().get(axis); i++) {
      add(nest, axis + 1, at + i * nest.strides().get(axis), places);
    }
  }
}
