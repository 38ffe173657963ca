package io.shardwright.cli;

import io.shardwright.core.ProgressListener;
import java.util.Locale;

/**
 * Progress on stderr: a bar that is redrawn where a person watches, a line for every tenth
 * elsewhere.
 */
final class ProgressDisplay implements ProgressListener {
  private static final int WIDTH = 24;
  private static final long REDRAW_NANOS = 100_000_000;

  private final Screen screen;
  private final boolean silent;
  private Phase phase;
  private long started;
  private long drawn;
  private long tenths;

  ProgressDisplay(Screen screen, boolean silent) {
    this.screen = screen;
    this.silent = silent;
  }

  @Override
  public void advanced(Phase current, long done, long total) {
    if (silent || total == 0) {
      return;
    }
    long now = System.nanoTime();
    if (current != phase) {
      phase = current;
      started = now;
      drawn = 0;
      tenths = 0;
    }
    if (screen.terminal()) {
      redraw(done, total, now);
    } else {
      line(done, total);
    }
  }

  private void redraw(long done, long total, long now) {
    if (done < total && now - drawn < REDRAW_NANOS) {
      return;
    }
    drawn = now;
    double seconds = Math.max(1e-3, (now - started) / 1e9);
    double rate = done / seconds;
    int filled = (int) (done * (double) WIDTH / total);
    screen
        .err()
        .print(
            String.format(
                Locale.ROOT,
                "\r%-6s [%s%s] %3d %%  %s of %s  %s/s  %s left\u001b[K",
                name(),
                "#".repeat(filled),
                ".".repeat(WIDTH - filled),
                done * 100 / total,
                Sizes.bytes(done),
                Sizes.bytes(total),
                Sizes.bytes(rate),
                clock((total - done) / rate)));
    if (done == total) {
      screen.err().println();
    }
    screen.err().flush();
  }

  private void line(long done, long total) {
    long reached = done * 10 / total;
    if (reached > tenths) {
      tenths = reached;
      screen.err().println(name() + " " + reached * 10 + " %");
    }
  }

  private String name() {
    return phase == Phase.COPY ? "copy" : "verify";
  }

  private static String clock(double seconds) {
    long whole = Math.round(seconds);
    return String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
  }
}
