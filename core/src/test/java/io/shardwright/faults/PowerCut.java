package io.shardwright.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Everything fails from some operation on, and what was not forced to disk by then may be lost. */
final class PowerCut implements Faults {
  private record Unsynced(Path path, long offset, int bytes) {}

  private final NthFails end;
  private final List<Unsynced> unsynced = new ArrayList<>();

  PowerCut(NthFails end) {
    this.end = end;
  }

  @Override
  public synchronized void before(Operation operation, Path path) throws IOException {
    end.before(operation, path);
    if (operation == Operation.FORCE) {
      unsynced.removeIf(range -> range.path().equals(path));
    }
  }

  @Override
  public synchronized void wrote(Path path, long offset, int bytes) {
    unsynced.add(new Unsynced(path, offset, bytes));
  }

  /** Keeps, clears or scrambles each range that was not forced. */
  void lose(Random random) throws IOException {
    for (Unsynced range : unsynced) {
      Path path = range.path();
      if (Files.exists(path) && random.nextBoolean()) {
        byte[] bytes = new byte[range.bytes()];
        if (random.nextBoolean()) {
          random.nextBytes(bytes);
        }
        try (var file = FileChannel.open(path, StandardOpenOption.WRITE)) {
          file.write(ByteBuffer.wrap(bytes), range.offset());
        }
      }
    }
  }
}
