package io.shardwright.core.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Fills an array of one axis from front to back. */
final class Filling {
  private final NDArray array;
  private final ArrayForm form;
  private ByteBuffer room = ByteBuffer.allocateDirect(0);
  private long at;

  Filling(NDArray array, ArrayForm form) {
    this.array = array;
    this.form = form;
  }

  /** Appends a block of a tensor's little-endian elements. */
  void put(ByteBuffer block) {
    ByteBuffer content = content(block);
    long count = content.remaining() / form.type().getNumOfBytes();
    try (NDManager memory = array.getManager().newSubManager()) {
      NDArray part = memory.create(content, new Shape(count), form.type());
      array.set(new NDIndex().addSliceDim(at, at + count), part);
    }
    at += count;
  }

  /** From its position on: DJL would begin at a buffer's start. */
  private ByteBuffer content(ByteBuffer block) {
    ByteBuffer little = block.slice().order(ByteOrder.LITTLE_ENDIAN);
    int size = form.bytes(little.remaining());
    if (room.capacity() < size) {
      room = ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
    }
    form.convert(little, room.clear());
    return room.flip().slice().order(ByteOrder.nativeOrder());
  }
}
