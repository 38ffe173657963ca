package io.shardwright.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** The nth of some operations fails, and perhaps all that follow. */
final class NthFails implements Faults {
  private final Set<Operation> operations;
  private final int n;
  private final boolean forGood;
  private final Function<Path, IOException> failure;
  private final AtomicInteger count = new AtomicInteger();
  private final List<String> log = new ArrayList<>();

  private NthFails(
      Set<Operation> operations, int n, boolean forGood, Function<Path, IOException> failure) {
    this.operations = operations;
    this.n = n;
    this.forGood = forGood;
    this.failure = failure;
  }

  /** None, but they are counted. */
  static NthFails never(Set<Operation> operations) {
    return forGood(operations, Integer.MAX_VALUE, path -> new IOException("unreachable"));
  }

  /** Only the nth. */
  static NthFails once(Set<Operation> operations, int n, Function<Path, IOException> failure) {
    return new NthFails(operations, n, false, failure);
  }

  /** The nth and all after it. */
  static NthFails forGood(Set<Operation> operations, int n, Function<Path, IOException> failure) {
    return new NthFails(operations, n, true, failure);
  }

  @Override
  public synchronized void before(Operation operation, Path path) throws IOException {
    if (!operations.contains(operation)) {
      return;
    }
    int number = count.incrementAndGet();
    boolean fails = forGood ? number >= n : number == n;
    log.add((fails ? "failing " : "") + operation + " " + path.getFileName());
    if (fails) {
      throw failure.apply(path);
    }
  }

  /** How many there were. */
  int count() {
    return count.get();
  }

  /** Whether it has come so far. */
  boolean reached() {
    return count.get() >= n;
  }

  synchronized List<String> log() {
    return List.copyOf(log);
  }
}
