package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** Checks that no two items of a file share a byte. */
final class ItemRanges {
  private static final int COST = 24;

  private final Places places;
  private final String where;
  private final Map<String, Long> files = new LinkedHashMap<>();

  ItemRanges(Places places, String where, Guard guard) {
    this.places = places;
    this.where = where;
    places.files().forEach(file -> files.put(file, 0L));
    guard.take((long) COST * places.count(), where);
    int[] sorted =
        IntStream.range(0, places.count())
            .boxed()
            .sorted(
                Comparator.<Integer>comparingInt(places::file).thenComparingLong(places::offset))
            .mapToInt(Integer::intValue)
            .toArray();
    guard.giveBack((long) COST * places.count());
    boolean[] named = named();
    for (int place : sorted) {
      add(place, named[places.file(place)]);
    }
  }

  /**
   * Files whose items all have offset 0: in a safetensors file an item is found by its name, and
   * torch writes no offset.
   */
  private boolean[] named() {
    var named = new boolean[places.files().size()];
    Arrays.fill(named, true);
    for (int place = 0; place < places.count(); place++) {
      named[places.file(place)] &= places.offset(place) == 0;
    }
    return named;
  }

  private void add(int place, boolean named) {
    DcpItem item = places.item(place);
    long end = files.get(item.file());
    if (item.length() > Long.MAX_VALUE - item.offset()) {
      throw malformed(place, item, "ends behind any file's end");
    }
    if (item.offset() < end && !named) {
      throw malformed(place, item, "overlaps the item before it, which ends at byte " + end);
    }
    files.put(item.file(), Math.max(end, item.offset() + item.length()));
  }

  private MalformedCheckpointException malformed(int place, DcpItem item, String problem) {
    return new MalformedCheckpointException(
        ErrorCode.TENSOR_MALFORMED,
        where,
        "the item of '"
            + places.name(place)
            + "', "
            + item.length()
            + " bytes at "
            + item.offset()
            + " of "
            + item.file()
            + ", "
            + problem
            + ": save or fetch the folder again");
  }

  Map<String, Long> files() {
    return Collections.unmodifiableMap(files);
  }
}
