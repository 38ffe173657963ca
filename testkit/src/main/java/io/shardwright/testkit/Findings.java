package io.shardwright.testkit;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;

/** Collects what a check finds and fails with all of it at once. */
final class Findings {
  private static final int SHOWN = 20;

  private final List<String> found = new ArrayList<>();

  void add(String problem) {
    found.add(problem);
  }

  void require(boolean holds, String otherwise) {
    if (!holds) {
      add(otherwise);
    }
  }

  /** Fails if anything was found. */
  void requireNone() {
    if (!found.isEmpty()) {
      String more = found.size() > SHOWN ? "\n… and " + (found.size() - SHOWN) + " more" : "";
      Assertions.fail(String.join("\n", found.subList(0, Math.min(SHOWN, found.size()))) + more);
    }
  }
}
