package io.shardwright.core.internal.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Who may write a target. */
class TargetLockTest {
  @TempDir Path folder;

  private static TargetLock take(Path target) {
    return TargetLock.take(new Siblings(target), new WriteFailure(target, 0));
  }

  @Test
  void aSecondRunOfThisProcessIsRefusedUntilTheFirstEnds() throws IOException {
    Path target = folder.resolve("a.nemo");
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder).resolve("a.nemo");
    try (var first = take(target)) {
      assertTrue(first.isHeld());
      for (Path name : new Path[] {target, link}) {
        assertThrows(UnsafeCheckpointException.class, () -> take(name).close());
      }
    }
    take(link).close();
    take(target).close();
    assertTrue(Files.notExists(folder.resolve(".a.nemo.lock")));
  }

  /** The kernel's list says whether other processes are kept away. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aRefusedRunLeavesTheFirstItsLock() throws IOException {
    Path target = folder.resolve("b.nemo");
    try (var first = take(target)) {
      Object inode = Files.getAttribute(folder.resolve(".b.nemo.lock"), "unix:ino");
      assertEquals(1, locks(inode));
      for (int attempt = 0; attempt < 3; attempt++) {
        assertThrows(UnsafeCheckpointException.class, () -> take(target).close());
        assertEquals(1, locks(inode));
      }
      assertTrue(first.isHeld());
    }
  }

  private static long locks(Object inode) throws IOException {
    String end = ":" + inode;
    try (var lines = Files.lines(Path.of("/proc/locks"))) {
      return lines
          .map(line -> line.split(" +"))
          .filter(words -> words[4].equals("" + ProcessHandle.current().pid()))
          .filter(words -> words[5].endsWith(end))
          .count();
    }
  }
}
