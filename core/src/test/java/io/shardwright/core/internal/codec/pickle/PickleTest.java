package io.shardwright.core.internal.codec.pickle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PickleTest {
  private static final byte[] MASKS = {(byte) 0xff, 0x01, (byte) 0x80};

  @ParameterizedTest
  @ValueSource(strings = {"vit-tp2-rank0.pkl", "ckpt-vit-tp2-rank0.pkl"})
  void writesWhatTorchWroteByteForByte(String file) throws IOException {
    byte[] original = resource(file);
    assertArrayEquals(original, PickleWriter.write(read(original).root()));
  }

  @Test
  void keepsSharingAndCyclesThroughWritingAndReading() {
    for (long seed = 0; seed < 300; seed++) {
      byte[] first = PickleWriter.write(RandomGraph.of(new Random(seed)));
      byte[] second = PickleWriter.write(read(first).root());
      assertArrayEquals(first, second, "seed " + seed);
    }
  }

  @Test
  void refusesEveryPrefix() throws IOException {
    byte[] whole = resource("vit-tp2-rank0.pkl");
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      var refusal =
          assertThrows(MalformedCheckpointException.class, () -> read(cut), "cut " + length);
      assertEquals(ErrorCode.PICKLE_MALFORMED, refusal.code());
    }
  }

  @Test
  void survivesEveryFlippedByte() throws IOException {
    byte[] whole = resource("vit-tp2-rank0.pkl");
    for (int at = 0; at < whole.length; at++) {
      byte[] flipped = whole.clone();
      flipped[at] ^= MASKS[at % MASKS.length];
      try {
        read(flipped);
      } catch (CheckpointException refusal) {
        assertTrue(refusal.getMessage().startsWith("SW-"), refusal.getMessage());
      }
    }
  }

  @Test
  void reportsACallOfOsSystemAndRunsNothing() {
    byte[] hostile = "cos\nsystem\n(S'touch pwned'\ntR.".getBytes(StandardCharsets.US_ASCII);
    assertEquals(List.of("os.system('touch pwned')"), alarms(hostile));
    assertEquals(PickleNames.Meaning.DANGEROUS, PickleNames.meaning(new Global("os", "system")));
  }

  @Test
  void reportsACallWhoseResultIsThrownAway() {
    byte[] hostile = "cos\nsystem\n(S'true'\ntR0N.".getBytes(StandardCharsets.US_ASCII);
    assertEquals(List.of("os.system('true')"), alarms(hostile));
  }

  @Test
  void refusesALengthThatIsNotThere() {
    byte[] bomb = {(byte) 0x80, 4, (byte) 0x8e, -1, -1, -1, 0, 0, 0, 0, 0, '.'};
    assertThrows(MalformedCheckpointException.class, () -> read(bomb));
  }

  @Test
  void readsALineThatIsLongerThanABlock() {
    for (int length : new int[] {0, (1 << 16) - 2, (1 << 16) - 1, 1 << 16, 200_000}) {
      String text = "ab".repeat(length / 2 + 1).substring(0, length);
      byte[] pickle = ("V" + text + "\n.").getBytes(StandardCharsets.US_ASCII);
      assertEquals(new PickleValue.Text(text), read(pickle).root());
    }
  }

  @Test
  void refusesNestingOverTheLimit() {
    byte[] deep = new byte[8_002];
    Arrays.fill(deep, 0, 4_000, (byte) ']');
    Arrays.fill(deep, 4_000, 7_999, (byte) 'a');
    deep[7_999] = '.';
    var refusal =
        assertThrows(UnsafeCheckpointException.class, () -> read(Arrays.copyOf(deep, 8_000)));
    assertEquals(ErrorCode.LIMIT_EXCEEDED, refusal.code());
    assertTrue(refusal.getMessage().contains("limit(PICKLE_DEPTH)"), refusal.getMessage());
  }

  @Test
  void refusesADuplicateKey() {
    byte[] twice = "}(X\1\0\0\0aNX\1\0\0\0aNu.".getBytes(StandardCharsets.ISO_8859_1);
    assertThrows(MalformedCheckpointException.class, () -> read(twice));
  }

  @Test
  void refusesBytesAfterTheEnd() {
    assertThrows(MalformedCheckpointException.class, () -> read(new byte[] {'N', '.', 'N'}));
  }

  @Test
  void refusesExtensionCodes() {
    assertThrows(MalformedCheckpointException.class, () -> read(new byte[] {(byte) 0x82, 1, '.'}));
  }

  private static List<String> alarms(byte[] pickle) {
    return read(pickle).alarms().stream().map(PickleText::of).toList();
  }

  private static PickleDocument read(byte[] bytes) {
    return PickleReader.read(new MemorySource(bytes, "test.pkl"), Guard.standard());
  }

  private static byte[] resource(String name) throws IOException {
    try (var stream = PickleTest.class.getResourceAsStream("/pickle/" + name)) {
      return stream.readAllBytes();
    }
  }
}
