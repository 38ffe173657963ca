package io.shardwright.core.internal.codec.tar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.guard.Guard;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class GzipMembersTest {
  private static final int PART = 1 << 20;

  @Test
  void tellFromHowManyBytesAPartWasUnpacked() throws IOException {
    byte[] noise = new byte[PART];
    new Random(1).nextBytes(noise);
    GzipMembers.Offsets offsets = unpacked(gzip(new byte[PART], noise, new byte[PART]));
    long zeros = offsets.of(PART) - offsets.of(0);
    long values = offsets.of(2 * PART) - offsets.of(PART);
    assertTrue(zeros < PART / 100, "zeros from " + zeros);
    assertTrue(values > PART * 9L / 10, "noise from " + values);
  }

  @Test
  void theWholeComesFromTheWhole() throws IOException {
    for (int size : new int[] {0, 1, 1 << 18, (1 << 18) + 1, 700_000}) {
      byte[] packed = gzip(new byte[size]);
      GzipMembers.Offsets offsets = unpacked(packed);
      assertEquals(packed.length, offsets.of(size), "of " + size);
      assertTrue(offsets.of(size / 2) <= packed.length, "of " + size);
    }
  }

  private static GzipMembers.Offsets unpacked(byte[] packed) throws IOException {
    return new GzipMembers(new MemorySource(packed, "x.nemo"), Guard.standard())
        .unpack(OutputStream.nullOutputStream());
  }

  private static byte[] gzip(byte[]... parts) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      for (byte[] part : parts) {
        gzip.write(part);
      }
    }
    return out.toByteArray();
  }
}
