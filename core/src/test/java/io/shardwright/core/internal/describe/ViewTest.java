package io.shardwright.core.internal.describe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ViewTest {
  /** Each element of the logical tensor by its place. */
  private static Map<Long, List<Long>> places(List<View> views) {
    var places = new TreeMap<Long, List<Long>>();
    for (View view : views) {
      long elements = view.logical().shape().elements();
      for (long number = 0; number < elements; number++) {
        long rest = number;
        long at = view.start();
        var index = new ArrayList<Long>(view.logical().offset());
        for (int axis = index.size() - 1; axis >= 0; axis--) {
          long own = rest % view.logical().shape().dim(axis);
          rest /= view.logical().shape().dim(axis);
          index.set(axis, index.get(axis) + own);
          at += own * view.strides().get(axis);
        }
        assertEquals(null, places.put(at, index), "two elements at " + at);
      }
    }
    return places;
  }

  /** A box of a tensor whose axes lie in any order, dense. */
  private static View random(Random random) {
    int rank = 1 + random.nextInt(4);
    var dims = IntStream.range(0, rank).mapToObj(axis -> 1L + random.nextInt(5)).toList();
    var axes = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    Collections.shuffle(axes, random);
    var strides = new ArrayList<>(Collections.nCopies(rank, 0L));
    long stride = 1;
    for (int axis : axes) {
      strides.set(axis, stride);
      stride *= dims.get(axis);
    }
    var offset = IntStream.range(0, rank).mapToObj(axis -> (long) random.nextInt(9)).toList();
    return new View(new Region(offset, new Shape(dims)), random.nextInt(50), strides);
  }

  @Test
  void isCutAtPlacesOfTheStorage() {
    for (int seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      View view = random(random);
      long from = random.nextInt(200);
      long to = from + random.nextInt(200);
      var all = places(List.of(view));
      all.keySet().removeIf(place -> place < from || place >= to);

      var cut = view.between(from, to);

      assertEquals(all, places(cut), "seed " + seed);
      assertTrue(cut.size() <= 2 * view.strides().size(), "seed " + seed + ": " + cut);
    }
  }
}
