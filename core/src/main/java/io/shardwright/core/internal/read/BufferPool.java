package io.shardwright.core.internal.read;

import io.shardwright.core.internal.execute.TensorBlocks;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/** Buffers that readers take turns at: as many as have read at once. */
final class BufferPool {
  private final ConcurrentLinkedQueue<TensorBlocks> idle = new ConcurrentLinkedQueue<>();

  void use(Consumer<TensorBlocks> reader) {
    TensorBlocks taken = idle.poll();
    TensorBlocks blocks = taken == null ? new TensorBlocks() : taken;
    try {
      reader.accept(blocks);
    } finally {
      idle.add(blocks);
    }
  }
}
