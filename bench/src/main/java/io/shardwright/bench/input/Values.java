package io.shardwright.bench.input;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32;

/**
 * Made-up weights: bfloat16 between 2^-7 and 2^-3 of either sign, computed four at a time from the
 * whole tensor's name and the element's index there; padding is zero. Every layout of a model holds
 * the same.
 */
public final class Values implements Filling {
  private static final int BLOCK = 1 << 18;
  private static final int AT_ONCE = 4;
  private static final long GOLDEN = 0x9e37_79b9_7f4a_7c15L;
  private static final long VARIABLE_BITS = 0x81ff_81ff_81ff_81ffL;
  private static final long EXPONENT = 0x3c00_3c00_3c00_3c00L;

  private final ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);

  @Override
  public boolean checked() {
    return true;
  }

  @Override
  public long fill(FileChannel file, long offset, Part part) throws IOException {
    long seed = part.whole().name().hashCode() * GOLDEN;
    var crc = new CRC32();
    long at = offset;
    block.clear();
    for (long row = 0; row < part.rows(); row++) {
      long first = part.wholeIndex(row * part.columns());
      for (long column = 0; column < part.columns(); column += AT_ONCE) {
        if (!block.hasRemaining()) {
          at += flush(file, at, crc);
        }
        block.putLong(first == Part.NOWHERE ? 0 : four(seed, (first + column) / AT_ONCE));
      }
    }
    flush(file, at, crc);
    return crc.getValue();
  }

  private int flush(FileChannel file, long at, CRC32 crc) throws IOException {
    crc.update(block.array(), 0, block.position());
    int written = file.write(block.flip(), at);
    block.clear();
    return written;
  }

  /** SplitMix64's output function (Steele, Lea, Flood 2014, figure 17). */
  private static long four(long seed, long index) {
    long z = seed + (index + 1) * GOLDEN;
    z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
    return (z ^ (z >>> 31)) & VARIABLE_BITS | EXPONENT;
  }
}
