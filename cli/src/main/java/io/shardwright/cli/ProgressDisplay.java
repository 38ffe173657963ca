package io.shardwright.cli;

import io.shardwright.core.ProgressListener;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Progress on stderr. On a terminal one line is redrawn; elsewhere a line is printed for every
 * tenth; as JSON a line is printed at the start and end of each phase and every second between.
 * People see nothing of a run that takes less than a second.
 */
final class ProgressDisplay implements ProgressListener {
  /** How progress is shown. */
  enum Form {
    NONE,
    LINE,
    TENTHS,
    JSON
  }

  private static final int WIDTH = 24;
  private static final long SECOND = 1_000_000_000;
  private static final long REDRAW_NANOS = SECOND / 10;

  /** The terminal cuts the line at its width, whatever that is, in place of breaking it. */
  private static final String BEGIN = "\r\u001b[?7l";

  private static final String END = "\u001b[K\u001b[?7h";

  private final Screen screen;
  private final Form form;
  private final LongSupplier clock;
  private final long begun;
  private Phase phase;
  private long started;
  private long shown;
  private long tenths;
  private boolean open;

  ProgressDisplay(Screen screen, Form form, LongSupplier clock) {
    this.screen = screen;
    this.form = form;
    this.clock = clock;
    this.begun = clock.getAsLong();
  }

  @Override
  public synchronized void advanced(Phase current, long done, long total) {
    if (form == Form.NONE || total == 0) {
      return;
    }
    long now = clock.getAsLong();
    boolean first = current != phase;
    if (first) {
      phase = current;
      started = now;
      tenths = 0;
    }
    switch (form) {
      case JSON -> event(done, total, now, first);
      case LINE -> redraw(done, total, now);
      default -> tenth(done, total, now);
    }
  }

  /** Leaves the line that is redrawn, so that what follows has its own. */
  synchronized void end() {
    if (open) {
      screen.err().println();
      screen.err().flush();
      open = false;
    }
  }

  private boolean early(long now) {
    return now - begun < SECOND;
  }

  private void redraw(long done, long total, long now) {
    if (early(now) || done < total && now - shown < REDRAW_NANOS) {
      return;
    }
    shown = now;
    open = true;
    double rate = done / Math.max(1e-3, (now - started) / 1e9);
    int filled = (int) (done * (double) WIDTH / total);
    screen
        .err()
        .print(
            String.format(
                Locale.ROOT,
                "%s%-6s %3d %%  %s left  %s of %s  %s/s  [%s%s]%s",
                BEGIN,
                name(),
                done * 100 / total,
                remaining((total - done) / rate),
                Sizes.bytes(done),
                Sizes.bytes(total),
                Sizes.bytes(rate),
                "#".repeat(filled),
                ".".repeat(WIDTH - filled),
                END));
    if (done == total) {
      end();
    }
    screen.err().flush();
  }

  private void tenth(long done, long total, long now) {
    long reached = done * 10 / total;
    if (reached > tenths && !early(now)) {
      screen.err().println(name() + " " + reached * 10 + " %");
    }
    tenths = Math.max(tenths, reached);
  }

  private void event(long done, long total, long now, boolean first) {
    if (!first && done < total && now - shown < SECOND) {
      return;
    }
    shown = now;
    var event =
        Fields.of("event", "progress")
            .and("phase", name())
            .and("bytes_done", done)
            .and("bytes_total", total)
            .and("seconds", (now - begun) / 1_000_000 / 1e3);
    screen.err().println(Json.line(event.map()));
    screen.err().flush();
  }

  private String name() {
    return phase == Phase.COPY ? "copy" : "verify";
  }

  private static String remaining(double seconds) {
    long whole = Math.round(seconds);
    return String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
  }
}
