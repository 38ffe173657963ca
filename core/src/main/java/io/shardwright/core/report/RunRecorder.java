package io.shardwright.core.report;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.report.RunCourse.Sample;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Records the progress of a run and the memory of the process, on the run's own threads. It keeps
 * at most 512 samples: when there are more, it drops every second one and halves the rate.
 */
public final class RunRecorder implements ProgressListener {
  private static final int MOST_SAMPLES = 512;
  private static final long FIRST_INTERVAL_NANOS = 2_000_000;
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";

  private final ProgressListener next;
  private final List<BufferPoolMXBean> pools =
      ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);
  private final List<Sample> samples = new ArrayList<>();
  private long started;
  private long interval = FIRST_INTERVAL_NANOS;

  /**
   * Makes a recorder without samples.
   *
   * @param next a listener to which every call is passed on
   */
  public RunRecorder(ProgressListener next) {
    this.next = next;
  }

  @Override
  public void advanced(Phase phase, long done, long total) {
    record(phase, done, total);
    next.advanced(phase, done, total);
  }

  private synchronized void record(Phase phase, long done, long total) {
    long time = System.nanoTime();
    started = samples.isEmpty() ? time : started;
    long now = time - started;
    Sample last = samples.isEmpty() ? null : samples.get(samples.size() - 1);
    boolean due = last == null || now - last.nanos() >= interval;
    boolean edge = last == null || last.phase() != phase || done == total;
    if (due || edge) {
      samples.add(sample(phase, now, done, total));
    }
    if (samples.size() > MOST_SAMPLES) {
      thin();
    }
  }

  /** Keeps every second sample, and those at which a phase begins or ends. */
  private void thin() {
    var kept = new ArrayList<Sample>();
    for (int i = 0; i < samples.size(); i++) {
      boolean edge =
          i == 0
              || i == samples.size() - 1
              || samples.get(i).phase() != samples.get(i - 1).phase()
              || samples.get(i).phase() != samples.get(i + 1).phase();
      if (edge || i % 2 == 0) {
        kept.add(samples.get(i));
      }
    }
    samples.clear();
    samples.addAll(kept);
    interval *= 2;
  }

  private Sample sample(Phase phase, long now, long done, long total) {
    Runtime runtime = Runtime.getRuntime();
    long heap = runtime.totalMemory() - runtime.freeMemory();
    long direct =
        pools.stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return new Sample(phase, now, done, total, heap, direct, resident());
  }

  /** Reads the resident set size, which Linux states in kilobytes. */
  private static OptionalLong resident() {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(RESIDENT))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
          .findFirst();
    } catch (IOException elsewhere) {
      return OptionalLong.empty();
    }
  }

  /**
   * Returns what was recorded so far.
   *
   * @return a copy of the samples
   */
  public synchronized RunCourse course() {
    return new RunCourse(samples);
  }
}
