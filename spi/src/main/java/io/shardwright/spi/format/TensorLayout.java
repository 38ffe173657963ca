package io.shardwright.spi.format;

import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Optional;

/** How a format is written: the files, and what stands before each tensor's bytes. */
@FunctionalInterface
public interface TensorLayout {
  /**
   * Lays tensors out. The engine writes each tensor's values dense, row-major and little-endian,
   * and reads the files back through {@link TensorFormat#read} before anyone sees them.
   *
   * @param tensors with names that differ, in the source's order
   * @return files that together hold each tensor exactly once
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException if the format can't hold one,
   *     by name
   */
  List<OutputFile> layOut(List<TensorSpec> tensors);

  /** What a file's parts are put into. */
  enum Container {
    /** Nothing: the parts follow one another. */
    PLAIN,
    /** A zip: each part is an entry, stored, with its values on a multiple of 64 bytes. */
    ZIP
  }

  /**
   * A file to write.
   *
   * @param name in the target's folder; empty where the target is this one file
   * @param container what its parts are put into
   * @param parts in the file's order
   */
  record OutputFile(String name, Container container, List<Part> parts) {
    /**
     * Copies the list.
     *
     * @param name in the target's folder, or empty
     * @param container what its parts are put into
     * @param parts in the file's order
     */
    public OutputFile {
      parts = List.copyOf(parts);
    }
  }

  /**
   * A piece of a file: bytes of the format's own, then a tensor's values.
   *
   * @param name the zip's entry; of no meaning in a plain file
   * @param head what stands before the values
   * @param tensor one of those that were given; empty for a part without values
   */
  record Part(String name, byte[] head, Optional<TensorSpec> tensor) {
    /**
     * Copies the bytes.
     *
     * @param name the zip's entry
     * @param head what stands before the values
     * @param tensor whose values follow, if any do
     */
    public Part {
      head = head.clone();
    }

    /**
     * Returns a copy of the bytes.
     *
     * @return what stands before the values
     */
    @Override
    public byte[] head() {
      return head.clone();
    }
  }
}
