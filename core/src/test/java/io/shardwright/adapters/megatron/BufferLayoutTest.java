package io.shardwright.adapters.megatron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.adapters.megatron.BufferLayout.Item;
import io.shardwright.adapters.megatron.BufferLayout.Laid;
import io.shardwright.adapters.megatron.BufferLayout.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BufferLayoutTest {
  /**
   * A rank of a layer of hidden size 16, TP 2: embedding, norm, projection, QKV, norm, two linear
   * layers, norm, output layer; as Megatron-Core 0.16.1 registers them.
   */
  private static final List<Item> LAYER = items(256, 16, 128, 256, 16, 512, 256, 16, 256);

  private static List<Item> items(long... elements) {
    var items = new ArrayList<Item>();
    for (long each : elements) {
      items.add(new Item(each, false));
    }
    return items;
  }

  private static BufferLayout aligned(List<Item> items) {
    return new BufferLayout(items, BufferLayout.ALIGNED);
  }

  /** What Megatron-Core 0.16.1 said of its own buffer, where a bucket ends at 1536 elements. */
  @Test
  void placesWhatMegatronCorePlaces() {
    Laid laid = aligned(LAYER).of(OptionalLong.of(1500));

    assertEquals(List.of(1536L, 320L), laid.buckets());
    assertEquals(
        List.of(
            new Place(1, 64),
            new Place(1, 0),
            new Place(0, 1408),
            new Place(0, 1152),
            new Place(0, 1088),
            new Place(0, 576),
            new Place(0, 320),
            new Place(0, 256),
            new Place(0, 0)),
        laid.places());
    assertEquals(1600, laid.joined().get(0));
    assertEquals(1856, laid.elements());
  }

  @Test
  void isTheSameByTheSizesOfItsBuckets() {
    var layout = aligned(LAYER);

    assertEquals(Optional.of(layout.of(OptionalLong.of(1500))), layout.of(List.of(1536L, 320L)));
    assertEquals(Optional.empty(), layout.of(List.of(1536L, 321L)));
    assertEquals(Optional.empty(), layout.of(List.of(1535L, 320L)));
    assertEquals(Optional.empty(), layout.of(List.of(1536L)));
    assertEquals(Optional.empty(), layout.of(List.of(1536L, 320L, 64L)));
    assertEquals(Optional.empty(), layout.of(List.of()));
  }

  @Test
  void hasOneBucketWhereNothingEndsIt() {
    assertEquals(List.of(1856L), aligned(LAYER).of(OptionalLong.empty()).buckets());
  }

  @Test
  void isTightUpToCore07() {
    var laid = new BufferLayout(LAYER, BufferLayout.TIGHT).of(OptionalLong.empty());

    assertEquals(List.of(1712L), laid.buckets());
    assertEquals(272, laid.places().get(6).start());
  }

  /** The gap before it is the end of the bucket before. */
  @Test
  void givesASharedEmbeddingABucketOfItsOwn() {
    var last = List.of(new Item(100, false), new Item(16, false), new Item(320, true));
    var first = List.of(new Item(320, true), new Item(100, false), new Item(16, false));

    assertEquals(
        new Laid(List.of(new Place(1, 64), new Place(1, 0), new Place(0, 0)), List.of(320L, 164L)),
        aligned(last).of(OptionalLong.empty()));
    assertEquals(
        new Laid(List.of(new Place(1, 0), new Place(0, 64), new Place(0, 0)), List.of(192L, 320L)),
        aligned(first).of(OptionalLong.empty()));
  }

  /** Ranks and what a bucket holds with its end, as core_v0.19.0 computes it. */
  @Test
  void endsBucketsForTheRanks() {
    assertEquals(384, BufferLayout.withEnd(320, 2));
    assertEquals(1536, BufferLayout.withEnd(1536, 2));
    assertEquals(384, BufferLayout.withEnd(1, 3));
    assertEquals(256, BufferLayout.withEnd(1, 256));
  }

  @Test
  void findsEveryCutOfATotal() {
    for (int seed = 0; seed < 200; seed++) {
      var random = new Random(seed);
      var items = new ArrayList<Item>();
      for (int i = 1 + random.nextInt(12); i > 0; i--) {
        items.add(new Item(1 + random.nextInt(200), random.nextInt(9) == 0));
      }
      var layout = aligned(items);
      Laid wanted = layout.of(OptionalLong.of(1 + random.nextInt(600)));

      assertTrue(layout.withTotal(wanted.elements()).contains(wanted.joined()), "seed " + seed);
      assertEquals(Optional.of(wanted), layout.of(wanted.buckets()), "seed " + seed);
    }
  }
}
