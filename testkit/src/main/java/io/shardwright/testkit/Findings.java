package io.shardwright.testkit;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;

/** All that a check has to say. */
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

  /** Fails if there is anything to say. */
  void requireNone() {
    if (!found.isEmpty()) {
      String more = found.size() > SHOWN ? "\n… and " + (found.size() - SHOWN) + " more" : "";
      Assertions.fail(String.join("\n", found.subList(0, Math.min(SHOWN, found.size()))) + more);
    }
  }
}
