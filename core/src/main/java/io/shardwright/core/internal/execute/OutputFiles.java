package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The files of a target that is being written. Several threads may write at once, at any positions.
 */
public interface OutputFiles {
  /**
   * Writes the buffer's remaining bytes.
   *
   * @throws io.shardwright.spi.error.CheckpointIoException if the device fails or is full
   */
  void write(ByteBuffer bytes, Place place);

  /**
   * Lets the kernel move bytes that needn't be looked at.
   *
   * @return whether it did; if not, nothing has happened
   */
  default boolean transfer(ByteSource source, long position, long bytes, Place place) {
    return false;
  }

  /**
   * Whether bytes can be written in their order alone: file by file, each front to back. Nothing
   * can be read back then.
   */
  default boolean inOrder() {
    return false;
  }

  /** The same files where they are objects of a store, which are sent by parts. */
  default Optional<SentFiles> store() {
    return Optional.empty();
  }

  /** Whether all of it is to be forced to disk in the end. */
  default boolean durable() {
    return false;
  }

  /** Forces to disk what was written so far. What goes wrong is told in the end. */
  default void force() {}

  /** Reads back into the buffer's remaining space. */
  void read(ByteBuffer bytes, Place place);
}
