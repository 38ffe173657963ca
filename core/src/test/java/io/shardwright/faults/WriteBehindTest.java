package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.faults.Model.Kind;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A target large enough to be forced to disk while it is written. */
class WriteBehindTest {
  private static final int MEMBER = 40 << 20;
  private static final long MUCH = 34 << 20;

  @TempDir Path folder;

  /**
   * The kernel tells a failure once, to whoever forces first; the pages it could not write count as
   * written then.
   */
  @Test
  void whatCouldNotBeForcedOnTheWayIsToldInTheEnd() throws IOException {
    Model model = Model.of(Kind.ARCHIVE);
    Path source = withALargeMember(model.source(folder));
    Path disk = Files.createDirectories(folder.resolve("disk"));
    var faults = new FirstForceFails();
    var request = model.request(source, FaultyFileSystem.path(model.target(disk), faults));
    var refusal = assertThrows(CheckpointIoException.class, () -> Model.run(request));
    assertTrue(faults.beforeTheEnd, "forced on the way");
    assertEquals(ErrorCode.WRITE_FAILED, refusal.code());
    assertTrue(refusal.getMessage().contains("Input/output error"), refusal.toString());
    Model.assertHolds(disk, "failed");
  }

  private Path withALargeMember(Path source) throws IOException {
    Path target = folder.resolve("large.nemo");
    try (var in = new TarArchiveInputStream(Files.newInputStream(source));
        var out = new TarArchiveOutputStream(Files.newOutputStream(target))) {
      for (TarArchiveEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
        out.putArchiveEntry(each);
        in.transferTo(out);
        out.closeArchiveEntry();
      }
      var large = new TarArchiveEntry("large.bin");
      large.setSize(MEMBER);
      out.putArchiveEntry(large);
      out.write(new byte[MEMBER]);
      out.closeArchiveEntry();
    }
    return target;
  }

  /** Much written, a writer waits until a file was forced, which fails. */
  private static final class FirstForceFails implements Faults {
    private final AtomicLong written = new AtomicLong();
    private final CountDownLatch forced = new CountDownLatch(1);
    private volatile boolean beforeTheEnd;

    @Override
    public void before(Operation operation, Path path) throws IOException {
      if (operation == Operation.FORCE && forced.getCount() > 0) {
        forced.countDown();
        throw new IOException("Input/output error");
      }
    }

    @Override
    public void wrote(Path path, long offset, int bytes) {
      if (written.addAndGet(bytes) > MUCH && !beforeTheEnd) {
        try {
          beforeTheEnd = forced.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException cancelled) {
          throw new IllegalStateException(cancelled);
        }
      }
    }
  }
}
