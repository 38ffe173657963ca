package io.shardwright.adapters.huggingface;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.ContainedTensor;
import io.shardwright.spi.format.LowRankPairs.Pair;
import io.shardwright.spi.tensor.Shape;
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
import java.util.stream.Stream;

/** An adapter's tensors as pairs of factors, or every reason why they are not that alone. */
final class PeftPairs {
  /** What peft puts before a module's name, and the adapter's own name where it was left in. */
  private static final Pattern FACTOR =
      Pattern.compile("(?:base_model\\.model\\.)?(.+)\\.(lora_[AB])(?:\\.[^.]+)?\\.weight");

  private static final int SHOWN = 20;

  private final String source;
  private final PeftConfig config;
  private final List<String> problems;
  private final Map<String, Map<String, ContainedTensor>> modules = new TreeMap<>();

  PeftPairs(String source, PeftConfig config) {
    this.source = source;
    this.config = config;
    this.problems = new ArrayList<>(config.problems());
  }

  Map<String, Pair> of(Map<String, ? extends ContainedTensor> tensors) {
    tensors.values().forEach(this::add);
    refuse();
    var pairs = new LinkedHashMap<String, Pair>();
    modules.forEach((module, both) -> pair(module, both).ifPresent(p -> pairs.put(module, p)));
    refuse();
    return pairs;
  }

  private void add(ContainedTensor tensor) {
    String name = tensor.spec().name();
    Matcher factor = FACTOR.matcher(name);
    if (!factor.matches() || tensor.spec().shape().rank() != 2) {
      problems.add("'" + name + "' is not lora_A or lora_B of a linear layer");
      return;
    }
    var both = modules.computeIfAbsent(factor.group(1), module -> new TreeMap<>());
    if (both.put(factor.group(2), tensor) != null) {
      problems.add("'" + name + "' occurs twice, under the names of two adapters");
    }
  }

  private Optional<Pair> pair(String module, Map<String, ContainedTensor> both) {
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
    wrongRank(pair.get(0), 0, module).ifPresent(problems::add);
    wrongRank(pair.get(1), 1, module).ifPresent(problems::add);
    return scale.isEmpty()
        ? Optional.empty()
        : Optional.of(new Pair(pair.get(0), pair.get(1), (float) scale.getAsDouble()));
  }

  private Optional<String> wrongRank(ContainedTensor factor, int axis, String module) {
    Shape found = factor.spec().shape();
    long rank = (long) config.rank(module);
    var expected = new ArrayList<>(found.dims());
    expected.set(axis, rank);
    return found.dim(axis) == rank
        ? Optional.empty()
        : Optional.of(
            "'"
                + factor.spec().name()
                + "' has shape "
                + found
                + ", expected "
                + expected
                + ": "
                + config.saysRank(module));
  }

  /** What the configuration says of ranks against the factors' shapes. */
  static List<String> wrongRanks(
      PeftConfig config, Map<String, ? extends ContainedTensor> tensors) {
    var pairs = new PeftPairs("", config);
    return tensors.values().stream()
        .filter(tensor -> tensor.spec().shape().rank() == 2)
        .flatMap(
            tensor -> {
              Matcher factor = FACTOR.matcher(tensor.spec().name());
              return factor.matches()
                  ? pairs
                      .wrongRank(tensor, factor.group(2).endsWith("A") ? 0 : 1, factor.group(1))
                      .stream()
                  : Stream.of();
            })
        .toList();
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
