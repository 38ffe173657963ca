package io.shardwright.core.internal.codec.tar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.CheckpointException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TarTest {
  @Test
  void readsBackWhatItLaysOut() {
    for (long seed = 0; seed < 40; seed++) {
      var random = new Random(seed);
      Map<String, Long> sizes = new LinkedHashMap<>();
      for (int i = 0; i < random.nextInt(12); i++) {
        String folder = random.nextBoolean() ? "folder" + random.nextInt(3) + "/" : "";
        String name = folder + "é".repeat(random.nextInt(120)) + "name" + i;
        sizes.put(name, (long) random.nextInt(3_000));
      }
      TarIndex index = TarIndex.read(source(TarLayout.of(sizes)), Guard.standard());
      Map<String, Long> found = new LinkedHashMap<>();
      index.members().stream().filter(m -> !m.folder()).forEach(m -> found.put(m.name(), m.size()));
      assertEquals(sizes, found, "seed " + seed);
    }
  }

  @Test
  void writesWholeRecordsWithAFolderFirst() {
    TarLayout layout = TarLayout.of(Map.of("mp_rank_00/model_weights.ckpt", 5L));
    assertEquals(0, layout.size() % 10_240);
    var names =
        TarIndex.read(source(layout), Guard.standard()).members().stream()
            .map(TarIndex.Member::name)
            .toList();
    assertEquals(List.of("", "mp_rank_00", "mp_rank_00/model_weights.ckpt"), names);
  }

  @Test
  void holdsMembersOverEightGigabytes() {
    long large = 9L << 30;
    Map<String, Long> sizes = new LinkedHashMap<>();
    sizes.put("large", large);
    sizes.put("after", 7L);
    TarLayout layout = TarLayout.of(sizes);
    TarIndex index = TarIndex.read(source(layout), Guard.standard());
    assertEquals(large, index.open("large").orElseThrow().size());
    assertEquals(7, index.open("after").orElseThrow().size());
    assertTrue(layout.dataOffset("after") > large);
  }

  @Test
  void refusesEveryCutBeforeTheEndMark() {
    byte[] whole = bytes(TarLayout.of(Map.of("a", 700L, "b/c", 1L)));
    int end = (int) TarLayout.of(Map.of("a", 700L, "b/c", 1L)).pieces().get(0).offset();
    assertEquals(0, end);
    int mark = lastContent(whole);
    for (int length = 0; length <= mark; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThrows(
          CheckpointException.class,
          () -> TarIndex.read(new MemorySource(cut, "cut"), Guard.standard()));
    }
  }

  @Test
  void survivesEveryFlippedByte() {
    byte[] whole = bytes(TarLayout.of(Map.of("a", 3L, "ü".repeat(200), 1L)));
    for (int at = 0; at < whole.length; at++) {
      byte[] flipped = whole.clone();
      flipped[at] ^= (byte) 0x55;
      try {
        TarIndex.read(new MemorySource(flipped, "flipped"), Guard.standard());
      } catch (CheckpointException refusal) {
        assertTrue(refusal.getMessage().startsWith("SW-"), refusal.getMessage());
      }
    }
  }

  private static int lastContent(byte[] bytes) {
    int at = bytes.length - 1;
    while (bytes[at] == 0) {
      at--;
    }
    return at;
  }

  private static byte[] bytes(TarLayout layout) {
    byte[] bytes = new byte[(int) layout.size()];
    layout
        .pieces()
        .forEach(c -> System.arraycopy(c.bytes(), 0, bytes, (int) c.offset(), c.bytes().length));
    return bytes;
  }

  /** The archive as if it lay on a disk, however large: members read as zeros. */
  private static ByteSource source(TarLayout layout) {
    var chunks = new TreeMap<Long, byte[]>();
    layout.pieces().forEach(chunk -> chunks.put(chunk.offset(), chunk.bytes()));
    return new ByteSource() {
      @Override
      public String name() {
        return "sparse.tar";
      }

      @Override
      public long size() {
        return layout.size();
      }

      @Override
      public int read(ByteBuffer target, long position) {
        if (position >= layout.size()) {
          return -1;
        }
        var chunk = chunks.floorEntry(position);
        long within = position - chunk.getKey();
        target.put(within < chunk.getValue().length ? chunk.getValue()[(int) within] : 0);
        return 1;
      }
    };
  }
}
