package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.format.StoredTensors;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.CheckpointException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/** Reads the headers of a folder's safetensors files, two at once. */
final class ShardHeaders {
  /** What a header says. */
  record Shard(
      Map<String, SourceTensor> tensors,
      Map<String, SourceTensor> aliases,
      Map<String, String> unreadable) {
    static Shard of(SafetensorsFile file) {
      return new Shard(StoredTensors.of(file), StoredTensors.aliases(file), file.unreadable());
    }
  }

  /** More would take memory for headers that are read at the same time. */
  private static final int THREADS = 2;

  private final Guard guard;
  private final Map<String, Shard> shards = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<Integer, CheckpointException> refused =
      new ConcurrentSkipListMap<>();
  private final List<String> names;

  /** Reads the headers of those of the files that are safetensors files. */
  ShardHeaders(OpenFiles files, Collection<String> all) {
    guard = files.guard();
    names = all.stream().filter(ShardHeaders::reads).toList();
    var tasks = new ArrayList<Consumer<Object>>();
    for (String name : names) {
      ByteSource source = files.open(name);
      int place = tasks.size();
      tasks.add(lane -> open(place, source));
    }
    Workers.of(THREADS).run(tasks, Object::new);
  }

  static boolean reads(String file) {
    return file.endsWith(".safetensors");
  }

  /** Nothing behind a refused file is read; what is before it always is, whichever came first. */
  private void open(int place, ByteSource source) {
    if (!refused.headMap(place).isEmpty()) {
      return;
    }
    try {
      shards.put(names.get(place), Shard.of(SafetensorsFile.open(source, guard)));
    } catch (CheckpointException refusal) {
      refused.put(place, refusal);
    }
  }

  /**
   * Hands on what a file's header says, and keeps it no longer.
   *
   * @throws CheckpointException if the file is refused; the first one is, where files are taken in
   *     order
   */
  Shard take(String file) {
    Shard shard = shards.remove(file);
    if (shard == null) {
      throw refused.firstEntry().getValue();
    }
    return shard;
  }
}
