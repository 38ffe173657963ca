package io.shardwright.bench.input;

import java.io.IOException;
import java.nio.channels.FileChannel;

/** What stands in the tensors. */
public interface Filling {
  /** Nothing, which takes no disk. */
  Filling HOLES =
      new Filling() {
        @Override
        public boolean checked() {
          return false;
        }

        @Override
        public long fill(FileChannel file, long offset, Part part) {
          return 0;
        }
      };

  /** Whether checksums are taken; else the files state none, as torch can be told to. */
  boolean checked();

  /**
   * Writes a tensor's bytes.
   *
   * @return their CRC-32, or 0 where unchecked
   */
  long fill(FileChannel file, long offset, Part part) throws IOException;
}
