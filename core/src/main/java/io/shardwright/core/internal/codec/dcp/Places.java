package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.codec.dcp.PickledValue.Instance;
import io.shardwright.core.internal.codec.pickle.PickleOps;
import io.shardwright.core.internal.guard.EntryNames;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The storage data: where each chunk of a tensor, and each object, lies. */
final class Places {
  private static final int COST = 16;
  private static final int FILE_COST = 160;

  /** Numbers of an entry before the chunk's offsets. */
  private static final int HEAD = 5;

  private final List<String> names = new ArrayList<>();
  private final List<String> files = new ArrayList<>();
  private final Map<String, Integer> fileNumbers = new HashMap<>();

  /** For each entry: file, offset, length, 1 for a chunk, its axes and its offsets. */
  private final Rows rows = new Rows();

  void add(Instance index, Object value, PickleOps ops, Guard guard) {
    if (!(value instanceof Instance place && place.is(PickledClass.PLACE))) {
      throw ops.malformed("an entry of the storage data that is not a _StorageInfo");
    }
    String where = ops.name();
    String name =
        index.field("fqn", String.class).orElseThrow(() -> ops.malformed("an index without fqn"));
    requireUnpacked(name, place, where);
    guard.take(COST, where);
    names.add(name);
    rows.begin(guard, where);
    rows.add(file(place, ops, guard), guard, where);
    rows.add(number(place, "offset", ops), guard, where);
    rows.add(number(place, "length", ops), guard, where);
    addChunk(index, ops, guard);
  }

  private void addChunk(Instance index, PickleOps ops, Guard guard) {
    boolean object = index.isNone("offset");
    long[] offsets =
        object
            ? new long[0]
            : index
                .field("offset", long[].class)
                .orElseThrow(() -> ops.malformed("an index whose offset is not a torch.Size"));
    rows.add(object ? 0 : 1, guard, ops.name());
    rows.add(offsets.length, guard, ops.name());
    rows.addAll(offsets, guard, ops.name());
  }

  private static void requireUnpacked(String name, Instance place, String where) {
    if (!place.isNone("transform_descriptors")) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          where,
          "'" + name + "' was packed by a stream transform: save it without extensions");
    }
  }

  private static long number(Instance place, String field, PickleOps ops) {
    return place
        .field(field, Long.class)
        .filter(number -> number >= 0)
        .orElseThrow(() -> ops.malformed("an item whose " + field + " is not a number from 0"));
  }

  private int file(Instance place, PickleOps ops, Guard guard) {
    String path =
        place
            .field("relative_path", String.class)
            .orElseThrow(() -> ops.malformed("an item without its file's relative_path"));
    Integer known = fileNumbers.get(path);
    if (known != null) {
      return known;
    }
    EntryNames.require(path, guard, ops.where());
    if (path.indexOf('/') >= 0) {
      throw new UnsafeCheckpointException(
          ErrorCode.PATH_ESCAPE,
          ops.where(),
          "the file '" + path + "' lies in another folder, expected a plain name");
    }
    guard.take(FILE_COST + 2L * path.length(), ops.where());
    files.add(path);
    guard.require(Limit.ENTRIES, files.size(), ops.where());
    fileNumbers.put(path, files.size() - 1);
    return files.size() - 1;
  }

  int count() {
    return names.size();
  }

  String name(int place) {
    return names.get(place);
  }

  List<String> files() {
    return files;
  }

  int file(int place) {
    return (int) rows.get(place, 0);
  }

  long offset(int place) {
    return rows.get(place, 1);
  }

  long length(int place) {
    return rows.get(place, 2);
  }

  /** Whether it is an object's, not a chunk's. */
  boolean isObject(int place) {
    return rows.get(place, 3) == 0;
  }

  /** The chunk's first index on every axis. */
  long[] chunk(int place) {
    var offsets = new long[(int) rows.get(place, 4)];
    for (int axis = 0; axis < offsets.length; axis++) {
      offsets[axis] = rows.get(place, HEAD + axis);
    }
    return offsets;
  }

  DcpItem item(int place) {
    return new DcpItem(files.get(file(place)), offset(place), length(place));
  }
}
