package io.shardwright.core.internal.codec.tar;

import io.shardwright.core.internal.bytes.FreeSpace;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.Limits;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How many bytes may be unpacked to a disk: all that is free but for 1 GiB, unless told. */
record SpoolRoom(long bytes, String archive) {
  private static final long LEFT_FREE = 1L << 30;

  static SpoolRoom in(Path folder, Guard guard, String archive) {
    long given = guard.limit(Limit.SPOOL_BYTES);
    return new SpoolRoom(given == Limits.OF_THE_MACHINE ? free(folder) : given, archive);
  }

  private static long free(Path folder) {
    OptionalLong free = FreeSpace.at(folder);
    return free.isPresent() ? Math.max(0, free.getAsLong() - LEFT_FREE) : Long.MAX_VALUE;
  }

  /** A stream that takes no more. */
  OutputStream counting(OutputStream out) {
    return new FilterOutputStream(out) {
      private long written;

      @Override
      public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
      }

      @Override
      public void write(byte[] block, int from, int count) throws IOException {
        written += count;
        if (written > bytes) {
          throw Guard.over(Limit.SPOOL_BYTES, written, bytes, archive);
        }
        out.write(block, from, count);
      }
    };
  }
}
