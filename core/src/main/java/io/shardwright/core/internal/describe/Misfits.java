package io.shardwright.core.internal.describe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Collects the reasons why an adapter does not fit, each with the names to which it applies. */
final class Misfits {
  private static final int NAMED = 3;

  private final Map<String, List<String>> names = new LinkedHashMap<>();

  void add(String name, String reason) {
    names.computeIfAbsent(reason, r -> new ArrayList<>()).add(name);
  }

  /** A sentence a reason, after those names. */
  List<String> sentences() {
    return names.entrySet().stream().map(e -> some(e.getValue()) + ": " + e.getKey()).toList();
  }

  private static String some(List<String> all) {
    int more = all.size() - NAMED;
    String first =
        all.stream().limit(NAMED).map(n -> "'" + n + "'").collect(Collectors.joining(", "));
    return more > 0 ? first + " and " + more + " more" : first;
  }
}
