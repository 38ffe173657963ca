package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.codec.dcp.DcpItem;
import io.shardwright.core.internal.codec.dcp.DcpLayout;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Chunk;
import io.shardwright.core.internal.plan.ArrayChunks;
import io.shardwright.core.internal.plan.TargetArray;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.tensor.Region;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Map;
import java.util.RandomAccess;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** Where the chunks of an array lie, in the array's order; each is made when it is asked for. */
final class PlacedArray extends AbstractList<Chunk> implements RandomAccess {
  private static final String BEFORE = "__";
  private static final String BEHIND = "_0.distcp";

  private final TargetArray array;
  private final IntFunction<DcpLayout> layouts;
  private final int[] files;
  private final long[] offsets;
  private final long[] lengths;

  /** The number of each part's first chunk. */
  private final int[] firsts;

  /**
   * Adds the chunks to their files.
   *
   * @param files by number, for each chunk
   */
  PlacedArray(TargetArray array, int[] files, IntFunction<DcpLayout> layouts) {
    this.array = array;
    this.files = files;
    this.layouts = layouts;
    this.offsets = new long[files.length];
    this.firsts = new int[array.parts().size()];
    this.lengths = new long[firsts.length];
    int at = 0;
    for (int number = 0; number < firsts.length; number++) {
      ArrayChunks part = array.parts().get(number);
      firsts[number] = at;
      for (int chunk = 0; chunk < part.count(); chunk++) {
        DcpItem item = layouts.apply(files[at]).add(part.spec());
        offsets[at++] = item.offset();
        lengths[number] = item.length();
      }
    }
  }

  /** The name of a file of items. */
  static String file(int number) {
    return BEFORE + number + BEHIND;
  }

  /** The number of such a file. */
  static int number(String file) {
    return Integer.parseInt(file.substring(BEFORE.length(), file.length() - BEHIND.length()));
  }

  TargetArray array() {
    return array;
  }

  /** Adds each chunk with its place. */
  void items(Map<TargetTensor, DcpItem> all) {
    int at = 0;
    for (int number = 0; number < firsts.length; number++) {
      ArrayChunks part = array.parts().get(number);
      for (int chunk = 0; chunk < part.count(); chunk++) {
        all.put(part.tensor(chunk), item(at++, number));
      }
    }
  }

  private DcpItem item(int at, int part) {
    return new DcpItem(layouts.apply(files[at]).name(), offsets[at], lengths[part]);
  }

  @Override
  public int size() {
    return files.length;
  }

  @Override
  public Chunk get(int at) {
    return chunk(at, part(at));
  }

  /** Hands each on without looking for its part. */
  @Override
  public void forEach(Consumer<? super Chunk> taker) {
    int at = 0;
    for (int number = 0; number < firsts.length; number++) {
      for (int left = array.parts().get(number).count(); left > 0; left--) {
        taker.accept(chunk(at++, number));
      }
    }
  }

  private Chunk chunk(int at, int number) {
    ArrayChunks part = array.parts().get(number);
    var offset = array.offset(part.index(at - firsts[number]));
    return new Chunk(new Region(offset, part.spec().shape()), item(at, number));
  }

  /** The part that a chunk is of; those without chunks are passed over. */
  private int part(int at) {
    int found = Arrays.binarySearch(firsts, at);
    int number = found < 0 ? -found - 2 : found;
    while (array.parts().get(number).count() == 0
        || at >= firsts[number] + array.parts().get(number).count()) {
      number++;
    }
    return number;
  }
}
