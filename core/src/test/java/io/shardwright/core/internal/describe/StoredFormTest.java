package io.shardwright.core.internal.describe;

import static io.shardwright.spi.ParameterRule.column;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.PlainConfig;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Views of shards and chunks against element-by-element definitions. */
class StoredFormTest {
  private static final ModelConfig CONFIG = config("num_attention_heads", "8", "kv_channels", "3");

  @Test
  void boxesOfAnIntervalAreItsElementsOnceEach() {
    for (long seed = 0; seed < 500; seed++) {
      var random = new Random(seed);
      var extents = new ArrayList<Long>();
      long size = 1;
      for (int k = 1 + random.nextInt(3); k > 0; k--) {
        extents.add(1L + random.nextInt(5));
        size *= extents.get(extents.size() - 1);
      }
      long from = random.nextInt((int) size + 1);
      long to = from + random.nextInt((int) (size - from) + 1);
      var expected = LongStream.range(from, to).boxed().toList();
      var shape = new Shape(extents);
      var found = new ArrayList<Long>();
      FactoredInterval.boxes(extents, from, to).forEach(box -> found.addAll(indexes(box, shape)));
      assertEquals(expected, found.stream().sorted().toList(), "seed " + seed);
    }
  }

  @Test
  void queriesOfAGroupAreAPartOfItsSlots() {
    var rule = column("q").groupedQkv().part(1, 0, -2);
    var grouped = config("num_attention_heads", "8", "num_query_groups", "2", "kv_channels", "3");
    var form = StoredForm.found(rule, grouped, Shape.of(24, 5), 1);
    assertEquals(Shape.of(2, 6, 3, 5), form.canonical());
    assertEquals(List.of(0L, 0L, 0L, 0L), form.part().offset());
    assertEquals(Shape.of(2, 4, 3, 5), form.part().shape());
  }

  @Test
  void aTransposedTensorHasTheStridesOfItsOwnAxes() {
    var rule = column("c").groupedQkv().stored(new int[] {3}, new int[] {1, 0, 2});
    var form = StoredForm.found(rule, CONFIG, Shape.of(5, 72), 1);
    assertEquals(Shape.of(8, 3, 3, 5), form.canonical());
    View view = form.views(0, 1, 0, Shape.of(5, 72).rowMajorStrides()).get(0);
    assertEquals(List.of(3L, 24L, 1L, 72L), view.strides());
  }

  @Test
  void anyPartsOfAShardAreTheShard() {
    for (long seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      var rule =
          random.nextBoolean() ? column("t", 1 + random.nextInt(3)) : column("t").groupedQkv();
      long stride = rule.arrangement().stride();
      long rows = rule.arrangement().factors().isEmpty() ? stride * 4 * 3 : 8 * 3 * 3;
      int ranks = 1 << random.nextInt(3);
      int rank = random.nextInt(ranks);
      var shard = Shape.of(rows / ranks, 2);
      var form = StoredForm.found(rule, CONFIG, shard, ranks);
      long cut = random.nextInt((int) shard.dim(0) + 1);
      var whole = places(form.views(rank, ranks, 0, shard.rowMajorStrides()), form.canonical());
      var parts = new TreeMap<Long, Long>();
      parts.putAll(places(rows(form, rank, ranks, 0, cut), form.canonical()));
      parts.putAll(places(rows(form, rank, ranks, cut, shard.dim(0)), form.canonical()));
      assertEquals(whole, parts, "seed " + seed);
    }
  }

  private static List<View> rows(StoredForm form, int rank, int ranks, long from, long to) {
    var box = new Region(List.of(from, 0L), Shape.of(to - from, 2));
    return form.views(rank, ranks, box, from * 2, List.of(2L, 1L));
  }

  /** Storage place to logical element. */
  private static Map<Long, Long> places(List<View> views, Shape canonical) {
    var places = new TreeMap<Long, Long>();
    for (View view : views) {
      var box = view.logical().shape();
      for (long i = 0; i < box.elements(); i++) {
        long rest = i;
        long stored = view.start();
        long logical = 0;
        for (int axis = box.rank() - 1; axis >= 0; axis--) {
          long index = rest % box.dim(axis);
          rest /= box.dim(axis);
          stored += index * view.strides().get(axis);
          logical += (view.logical().offset().get(axis) + index) * canonical.elementsFrom(axis + 1);
        }
        assertTrue(places.put(stored, logical) == null, "twice: " + stored);
      }
    }
    return places;
  }

  private static List<Long> indexes(Region box, Shape shape) {
    var strides = box.shape().rowMajorStrides();
    return List.copyOf(places(List.of(new View(box, 0, strides)), shape).values());
  }

  private static ModelConfig config(String... pairs) {
    var map = new HashMap<String, String>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return new PlainConfig(map);
  }
}
