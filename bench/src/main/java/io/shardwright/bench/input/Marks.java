package io.shardwright.bench.input;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.List;

/**
 * Holes, but for a mark at every 64 KiB of the first layers: a checksum of the whole tensor's name
 * and the element's index there, so that each can be told wherever it goes.
 */
public final class Marks implements Filling {
  /** Bytes of a mark. */
  public static final int BYTES = 16;

  private static final int LAYERS = 4;
  private static final long STEP = 32_768;
  private static final int BYTES_PER_ELEMENT = 2;
  private static final long NUMBER = 0x5ad0_0000_0000_0000L;
  private static final long HASH = 0xffff_ffffL;

  @Override
  public boolean checked() {
    return false;
  }

  @Override
  public long fill(FileChannel file, long offset, Part part) throws IOException {
    if (marked(part.whole().name())) {
      var mark = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (long at = 0; at < end(part); at += STEP) {
        mark.clear();
        mark.putLong(number(part.whole())).putLong(part.wholeIndex(at));
        file.write(mark.flip(), offset + BYTES_PER_ELEMENT * at);
      }
    }
    return 0;
  }

  private static long end(Part part) {
    return part.spec().shape().elements() - BYTES / BYTES_PER_ELEMENT + 1;
  }

  /** Whether a whole tensor's parts have marks. */
  public static boolean marked(String name) {
    return name.contains(".layers.") && Integer.parseInt(name.split("\\.")[2]) < LAYERS;
  }

  /** What tells a mark from a hole, and whose it is. */
  public static long number(Whole whole) {
    return NUMBER | whole.name().hashCode() & HASH;
  }

  /**
   * Marks that targets hold.
   *
   * @param parts of the source, what every rank holds alike once
   * @param ranks of the target; each holds all vectors
   */
  public static long count(List<Part> parts, int ranks) {
    return parts.stream()
        .filter(part -> marked(part.whole().name()))
        .mapToLong(part -> ((end(part) - 1) / STEP + 1) * (part.isVector() ? ranks : 1))
        .sum();
  }
}
