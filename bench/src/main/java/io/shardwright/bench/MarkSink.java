package io.shardwright.bench;

import io.shardwright.bench.input.Marks;
import io.shardwright.bench.input.Part;
import io.shardwright.bench.input.RankParts;
import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.TargetLayout;
import io.shardwright.core.internal.plan.TargetTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** A target that counts bytes, checks marks as they pass, and keeps nothing. */
final class MarkSink implements TargetLayout, OutputFiles {
  private static final int BYTES_PER_ELEMENT = 2;

  private final Map<String, Part> parts = new HashMap<>();
  private final Map<TargetTensor, Integer> numbers = new ConcurrentHashMap<>();
  private final Map<Integer, Part> byNumber = new ConcurrentHashMap<>();
  private final AtomicInteger next = new AtomicInteger();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder right = new LongAdder();

  MarkSink(RankParts grid) {
    for (int rank = 0; rank < grid.ranks(); rank++) {
      for (Part part : grid.of(rank, 0)) {
        parts.put(rank + " " + part.spec().name(), part);
      }
    }
  }

  long bytes() {
    return bytes.sum();
  }

  long right() {
    return right.sum();
  }

  @Override
  public List<OutputFile> files() {
    return List.of();
  }

  @Override
  public Place place(TargetTensor tensor) {
    return new Place(numbers.computeIfAbsent(tensor, this::number), 0);
  }

  private int number(TargetTensor tensor) {
    int number = next.getAndIncrement();
    Part part = parts.get(tensor.member() + " " + tensor.spec().name());
    require(
        part != null && part.spec().equals(tensor.spec()), tensor + " is not a part of the model");
    byNumber.put(number, part);
    return number;
  }

  @Override
  public void write(ByteBuffer given, Place place) {
    var words = given.order(ByteOrder.LITTLE_ENDIAN);
    int start = words.position();
    bytes.add(words.remaining());
    for (int at = start; at + Marks.BYTES <= words.limit(); at += Marks.BYTES) {
      long number = words.getLong(at);
      if (number != 0) {
        long element = (place.offset() + at - start) / BYTES_PER_ELEMENT;
        requireRight(byNumber.get(place.file()), element, number, words.getLong(at + Long.BYTES));
      }
    }
    words.position(words.limit());
  }

  private void requireRight(Part part, long element, long number, long index) {
    boolean same = number == Marks.number(part.whole()) && index == part.wholeIndex(element);
    require(same, "the mark at element " + element + " of " + part.spec() + " is another's");
    right.increment();
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }

  @Override
  public void read(ByteBuffer wanted, Place place) {
    wanted.position(wanted.limit());
  }
}
