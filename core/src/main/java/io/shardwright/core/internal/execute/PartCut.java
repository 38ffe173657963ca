package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.FileItems.Item;
import io.shardwright.core.internal.execute.SentFiles.Part;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a file into the parts in which it is sent to a store. A cut is at the begin of a tensor, or
 * between rows of a large one: at the same rows in the files of all ranks, whatever lies before. So
 * what one row of the source gives belongs to parts that are made together.
 */
final class PartCut {
  /** A row that is longer is no place to cut at, if a part holds fewer of them. */
  private static final int ROWS = 8;

  private final int file;
  private final OutputFile output;
  private final List<Item> items;
  private final long smallest;
  private final long wanted;
  private final List<Part> parts = new ArrayList<>();
  private long last;
  private long weak = -1;

  private PartCut(int file, OutputFile output, List<Item> items, long smallest, long wanted) {
    this.file = file;
    this.output = output;
    this.items = items;
    this.smallest = smallest;
    this.wanted = wanted;
  }

  /** The parts of a file, short as the store takes them; longer where it takes too few. */
  static List<Part> of(
      int file, OutputFile output, List<Item> items, long smallest, int mostParts) {
    long wanted = Math.max(smallest, output.size() / mostParts);
    List<Part> parts = new PartCut(file, output, items, smallest, wanted).cut();
    while (parts.size() > mostParts) {
      wanted += wanted / 4;
      parts = new PartCut(file, output, items, smallest, wanted).cut();
    }
    return parts;
  }

  private List<Part> cut() {
    boolean afterLarge = false;
    long end = 0;
    for (Item item : items) {
      gap(end, item.offset());
      boolean large = item.size() >= 2 * wanted;
      candidate(item.offset(), large || afterLarge);
      if (large) {
        rows(item);
      }
      afterLarge = large;
      end = item.end();
    }
    gap(end, output.size());
    if (output.size() - last > 2 * wanted && weak > last) {
      cutAt(weak);
    }
    parts.add(new Part(file, parts.size() + 1, last, output.size()));
    return parts;
  }

  /** Structure is short, but for directories of very many entries. */
  private void gap(long from, long to) {
    for (long at = from + wanted; at + smallest <= to; at += wanted) {
      candidate(at, true);
    }
  }

  private void rows(Item item) {
    long row = item.tensor().map(tensor -> row(tensor.spec())).orElse(1L);
    long count = item.size() / (wanted + row);
    long rows = item.size() / row;
    for (long each = 1; each < count; each++) {
      candidate(item.offset() + each * rows / count * row, true);
    }
  }

  /** Bytes of the longest rows of which a part holds several. */
  private long row(TensorSpec spec) {
    long row = spec.dtype().byteSize();
    for (int axis = spec.shape().rank() - 1; axis > 0; axis--) {
      long longer = spec.shape().elementsFrom(axis) * spec.dtype().byteSize();
      if (longer > wanted / ROWS) {
        break;
      }
      row = longer;
    }
    return row;
  }

  private void candidate(long at, boolean strong) {
    if (at - last > 2 * wanted && weak > last) {
      cutAt(weak);
    }
    if (at - last < smallest) {
      return;
    }
    if (strong) {
      cutAt(at);
    } else {
      weak = at;
    }
  }

  private void cutAt(long at) {
    parts.add(new Part(file, parts.size() + 1, last, at));
    last = at;
    weak = -1;
  }
}
