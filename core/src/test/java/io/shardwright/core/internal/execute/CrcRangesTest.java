package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.OptionalLong;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class CrcRangesTest {
  private static long crc(byte[] bytes, int from, int to) {
    var crc = new CRC32();
    crc.update(bytes, from, to - from);
    return crc.getValue();
  }

  @Test
  void combinesWhatTheJdkComputesOfTheWhole() {
    for (long seed = 0; seed < 500; seed++) {
      var random = new Random(seed);
      byte[] bytes = new byte[random.nextInt(5_000)];
      random.nextBytes(bytes);
      int cut = random.nextInt(bytes.length + 1);
      assertEquals(
          crc(bytes, 0, bytes.length),
          Crc32Combination.of(
              crc(bytes, 0, cut), crc(bytes, cut, bytes.length), bytes.length - cut),
          "seed " + seed);
    }
  }

  @Test
  void combinesPiecesToldInAnyOrder() {
    for (long seed = 0; seed < 500; seed++) {
      var random = new Random(seed);
      byte[] bytes = new byte[1 + random.nextInt(5_000)];
      random.nextBytes(bytes);
      var cuts = new ArrayList<int[]>();
      for (int at = 0; at < bytes.length; ) {
        int end = Math.min(bytes.length, at + 1 + random.nextInt(700));
        cuts.add(new int[] {at, end});
        at = end;
      }
      Collections.shuffle(cuts, random);
      var ranges = new CrcRanges();
      cuts.forEach(cut -> ranges.add(cut[0], cut[1] - cut[0], crc(bytes, cut[0], cut[1])));
      assertEquals(
          OptionalLong.of(crc(bytes, 0, bytes.length)), ranges.whole(bytes.length), "seed " + seed);
    }
  }

  @Test
  void combinesPiecesOfManyMegabytes() {
    byte[] zeros = new byte[1 << 20];
    var crc = new CRC32();
    var ranges = new CrcRanges();
    long megabyte = crc(zeros, 0, zeros.length);
    for (long at = 0; at < 1L << 28; at += zeros.length) {
      crc.update(zeros);
      ranges.add(at, zeros.length, megabyte);
    }
    assertEquals(OptionalLong.of(crc.getValue()), ranges.whole(1L << 28));
  }

  @Test
  void tellsNothingOfBytesThatWereMissedOrToldTwice() {
    var missed = new CrcRanges();
    missed.add(0, 10, 1);
    missed.add(11, 10, 2);
    assertEquals(OptionalLong.empty(), missed.whole(21));
    var twice = new CrcRanges();
    twice.add(0, 10, 1);
    twice.add(9, 10, 2);
    assertEquals(OptionalLong.empty(), twice.whole(19));
  }

  @Test
  void knowsTheChecksumOfNothing() {
    assertEquals(OptionalLong.of(0), new CrcRanges().whole(0));
  }
}
