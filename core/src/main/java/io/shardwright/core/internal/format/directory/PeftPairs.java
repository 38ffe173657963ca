package io.shardwright.core.internal.format.directory;

import io.shardwright.core.internal.describe.CommunityLowRank.Pair;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** An adapter's tensors as pairs of factors, or every reason why they are not that alone. */
final class PeftPairs {
  /** What peft puts before a module's name, and the adapter's own name where it was left in. */
  private static final Pattern FACTOR =
      Pattern.compile("(?:base_model\\.model\\.)?(.+)\\.(lora_[AB])(?:\\.[^.]+)?\\.weight");

  private static final int SHOWN = 20;

  private final String source;
  private final PeftConfig config;
  private final List<String> problems;
  private final Map<String, Map<String, SourceTensor>> modules = new TreeMap<>();

  PeftPairs(String source, PeftConfig config) {
    this.source = source;
    this.config = config;
    this.problems = new ArrayList<>(config.problems());
  }

  Map<String, Pair> of(Map<String, SourceTensor> tensors) {
    tensors.values().forEach(this::add);
    refuse();
    var pairs = new LinkedHashMap<String, Pair>();
    modules.forEach((module, both) -> pair(module, both).ifPresent(p -> pairs.put(module, p)));
    refuse();
    return pairs;
  }

  private void add(SourceTensor tensor) {
    String name = tensor.spec().name();
    Matcher factor = FACTOR.matcher(name);
    if (!factor.matches() || tensor.spec().shape().rank() != 2) {
      problems.add("'" + name + "' is no lora_A or lora_B of a linear layer");
      return;
    }
    var both = modules.computeIfAbsent(factor.group(1), module -> new TreeMap<>());
    if (both.put(factor.group(2), tensor) != null) {
      problems.add("'" + name + "' stands there twice, under two adapters' names");
    }
  }

  private Optional<Pair> pair(String module, Map<String, SourceTensor> both) {
    if (both.size() < 2) {
      problems.add("'" + module + "' has " + both.keySet() + " alone");
      return Optional.empty();
    }
    var pair = both.values().stream().toList();
    OptionalDouble scale = config.scale(module);
    if (scale.isEmpty()) {
      problems.add(
          "'"
              + module
              + "' is scaled differently by different versions of peft, for rank_pattern and"
              + " alpha_pattern name it by different keys");
    }
    requireRank(pair.get(0), 0, config.rank(module));
    requireRank(pair.get(1), 1, config.rank(module));
    return scale.isEmpty()
        ? Optional.empty()
        : Optional.of(new Pair(pair.get(0), pair.get(1), (float) scale.getAsDouble()));
  }

  private void requireRank(SourceTensor factor, int axis, double rank) {
    if (factor.spec().shape().dim(axis) != rank) {
      problems.add(
          "'"
              + factor.spec().name()
              + "' has shape "
              + factor.spec().shape()
              + ", expected "
              + (long) rank
              + " on axis "
              + axis
              + " by its configuration");
    }
  }

  private void refuse() {
    if (!problems.isEmpty()) {
      int more = problems.size() - SHOWN;
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          source,
          "can't be merged: "
              + problems.stream().limit(SHOWN).collect(Collectors.joining("; "))
              + (more > 0 ? "; and " + more + " more reasons" : ""));
    }
  }
}
