package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** Random plans for files that are sent by parts, whole and in shares, against written files. */
class StoreRunTest {
  private static final int ROUNDS = 60;

  /**
   * A file for each rank: before each tensor a few bytes, behind it its CRC-32, at the end those of
   * all tensors.
   */
  private record Ranks(List<OutputFile> files, Map<TargetTensor, Place> places)
      implements TargetLayout {
    private static final int BETWEEN = 7;

    static Ranks of(ExecutablePlan plan) {
      var sizes = new LinkedHashMap<String, Long>();
      var places = new LinkedHashMap<TargetTensor, Place>();
      plan.targets().forEach(tensor -> sizes.put(tensor.member(), 0L));
      var names = List.copyOf(sizes.keySet());
      plan.targets()
          .forEach(
              tensor -> {
                long at = sizes.get(tensor.member()) + BETWEEN;
                places.put(tensor, new Place(names.indexOf(tensor.member()), at));
                sizes.put(tensor.member(), at + tensor.spec().byteSize() + Integer.BYTES);
              });
      var files = new ArrayList<OutputFile>();
      names.forEach(
          name -> {
            long count = places.keySet().stream().filter(t -> t.member().equals(name)).count();
            files.add(new OutputFile(name, sizes.get(name) + count * Integer.BYTES));
          });
      return new Ranks(files, places);
    }

    @Override
    public Place place(TargetTensor tensor) {
      return places.get(tensor);
    }

    @Override
    public List<Piece> structure(Map<TargetTensor, Long> crcs) {
      var pieces = new ArrayList<Piece>();
      var ends = new HashMap<Integer, Long>();
      places.forEach(
          (tensor, place) -> {
            long end = place.offset() + tensor.spec().byteSize();
            pieces.add(new Piece(at(place, place.offset() - 2), new byte[] {'>', '>'}));
            pieces.add(new Piece(at(place, end), bytes(crcs.get(tensor))));
            ends.merge(place.file(), end + Integer.BYTES, Math::max);
          });
      places.forEach(
          (tensor, place) -> {
            long at = ends.merge(place.file(), (long) Integer.BYTES, Long::sum) - Integer.BYTES;
            pieces.add(new Piece(at(place, at), bytes(crcs.get(tensor))));
          });
      return pieces;
    }

    private static Place at(Place place, long offset) {
      return new Place(place.file(), offset);
    }

    private static byte[] bytes(long crc) {
      return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) crc).array();
    }
  }

  /** Files in memory, written at any place or sent by parts. */
  private static final class Files implements OutputFiles, SentFiles {
    private final List<byte[]> bytes = new ArrayList<>();
    private final boolean sent;
    private final int smallest;
    private final Map<Part, byte[]> aside = new ConcurrentHashMap<>();
    private final Map<Part, Long> parts = new ConcurrentHashMap<>();

    Files(TargetLayout layout, boolean sent, int smallest) {
      this.sent = sent;
      this.smallest = smallest;
      layout.files().forEach(file -> bytes.add(new byte[(int) file.size()]));
    }

    @Override
    public Optional<SentFiles> store() {
      return sent ? Optional.of(this) : Optional.empty();
    }

    @Override
    public int smallestPart() {
      return smallest;
    }

    @Override
    public int mostParts() {
      return 50;
    }

    @Override
    public void send(Part part, ByteBuffer from, long crc) {
      var found = new CRC32();
      found.update(from.duplicate());
      assertEquals(found.getValue(), crc, part.toString());
      boolean last = part.end() == bytes.get(part.file()).length;
      assertTrue(last || part.size() >= smallest, part + " is too short");
      from.get(bytes.get(part.file()), (int) part.start(), part.size());
      assertEquals(null, parts.put(part, crc), part + " was sent before");
    }

    @Override
    public void sent(Part part, long crc) {
      assertEquals(crc, parts.get(part), part.toString());
    }

    @Override
    public void putAside(Part part, ByteBuffer from) {
      byte[] kept = new byte[part.size()];
      from.get(kept);
      aside.put(part, kept);
    }

    @Override
    public void fetch(Part part, ByteBuffer into) {
      into.put(aside.get(part));
    }

    @Override
    public void makeLast(Set<Integer> files) {
      assertEquals(Set.of(), files, "each file is of a rank");
    }

    @Override
    public void write(ByteBuffer from, TargetLayout.Place place) {
      from.get(bytes.get(place.file()), (int) place.offset(), from.remaining());
    }

    @Override
    public void read(ByteBuffer into, TargetLayout.Place place) {
      into.put(bytes.get(place.file()), (int) place.offset(), into.remaining());
    }
  }

  private static ExecutablePlan plan(Random random) {
    var model = ReshardPropertyTest.randomModel(random);
    return model.reshard(1 + random.nextInt(3), 64, 1).plan(1 + random.nextInt(4));
  }

  @Test
  void theBytesAreThoseOfARunThatWritesFilesAndEveryByteIsReadOnce() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      var random = new Random(seed);
      ExecutablePlan plan = plan(random);
      var layout = Ranks.of(plan);
      var conditions = Executor.Conditions.of(1 + random.nextInt(3));
      var written = new Files(layout, false, 0);
      Written one = Executor.run(plan, layout, written, read -> {}, conditions);
      var sent = new Files(layout, true, 1 + random.nextInt(200));
      Written found = Executor.run(plan, layout, sent, read -> {}, conditions);
      String where = "seed " + seed;
      assertEquals(one.tensors(), found.tensors(), where);
      assertEquals(one.losses(), found.losses(), where);
      assertSame(written, sent, where);
    }
  }

  @Test
  void sharesInAnyOrderSendTheSameBytes() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      var random = new Random(seed);
      ExecutablePlan plan = plan(random);
      var layout = Ranks.of(plan);
      var conditions = Executor.Conditions.of(1 + random.nextInt(3));
      var written = new Files(layout, false, 0);
      Executor.run(plan, layout, written, read -> {}, conditions);
      var sent = new Files(layout, true, 1 + random.nextInt(200));
      int count = 1 + random.nextInt(7);
      var told = new ArrayList<Sums>();
      for (int number = 1; number <= count; number++) {
        var share = new Share(number, count);
        told.add(Executor.share(plan, layout, sent, read -> {}, conditions, share));
      }
      Collections.shuffle(told, random);
      Executor.finish(plan, layout, sent, conditions, told);
      assertSame(written, sent, "seed " + seed + ", " + count + " shares");
    }
  }

  @Test
  void aShareThatLacksIsNoticed() {
    ExecutablePlan plan = plan(new Random(1));
    var layout = Ranks.of(plan);
    var conditions = Executor.Conditions.of(1);
    var sent = new Files(layout, true, 16);
    var half = Executor.share(plan, layout, sent, read -> {}, conditions, new Share(1, 2));
    var refusal =
        assertThrows(
            MalformedCheckpointException.class,
            () -> Executor.finish(plan, layout, sent, conditions, List.of(half)));
    assertEquals(ErrorCode.PARTS_MISSING, refusal.code());
  }

  private static void assertSame(Files expected, Files found, String where) {
    for (int file = 0; file < expected.bytes.size(); file++) {
      assertArrayEquals(expected.bytes.get(file), found.bytes.get(file), where + ", file " + file);
    }
  }
}
