package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.ByteSource;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/** A file of many gigabytes that exists only as its structure; everything else reads as zero. */
final class SparseSource implements ByteSource {
  private final long size;
  private final TreeMap<Long, byte[]> chunks = new TreeMap<>();

  SparseSource(TorchLayout layout, Map<String, Long> crcs) {
    size = layout.size();
    layout.structure(crcs).forEach(chunk -> chunks.put(chunk.offset(), chunk.bytes()));
  }

  @Override
  public String name() {
    return "sparse";
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int read(ByteBuffer target, long position) {
    if (position >= size) {
      return -1;
    }
    var chunk = chunks.floorEntry(position);
    long within = position - chunk.getKey();
    target.put(within < chunk.getValue().length ? chunk.getValue()[(int) within] : 0);
    return 1;
  }
}
