package io.shardwright.core.internal.compare;

import io.shardwright.core.ConfigDifference;
import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.format.Origin;
import io.shardwright.core.internal.open.OpenCheckpoint;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Compares the configurations and artifacts of two checkpoints. */
record SettingsComparison(OpenCheckpoint first, OpenCheckpoint second) {

  /** Keys that differ, in alphabetical order. */
  List<ConfigDifference> config() {
    var one = first.source().config().leaves();
    var other = second.source().config().leaves();
    var layout = layoutKeys();
    var keys = new TreeSet<>(one.keySet());
    keys.addAll(other.keySet());
    var differences = new ArrayList<ConfigDifference>();
    for (String key : keys) {
      if (!plain(one.get(key)).equals(plain(other.get(key)))) {
        differences.add(
            new ConfigDifference(
                key,
                Optional.ofNullable(one.get(key)),
                Optional.ofNullable(other.get(key)),
                layout.contains(key)));
      }
    }
    return differences;
  }

  /** A value without the prefix that an archive gives its artifacts. */
  private static String plain(String value) {
    return value == null
        ? "absent"
        : value.startsWith("nemo:") ? "nemo:" + name(value.substring(5)) : value;
  }

  /** NeMo puts 32 hexadecimal digits before an artifact's name. */
  private static String name(String artifact) {
    return artifact.replaceFirst("^([0-9a-f]{32}_)+", "");
  }

  private Set<String> layoutKeys() {
    var keys = new HashSet<>(Set.of("sequence_parallel"));
    Stream.of(ParallelDimension.values()).forEach(dimension -> keys.add(dimension.configKey()));
    Stream.of(first, second)
        .flatMap(checkpoint -> checkpoint.model().stream())
        .forEach(
            model -> {
              ModelConfig config = model.config();
              for (Naming naming : model.family().equivalentNamings(config)) {
                keys.addAll(model.family().keys(config, model.naming(), naming).keySet());
              }
            });
    return keys;
  }

  /** Files that differ, by name, each with the reason. */
  List<String> artifacts() {
    var one = files(first);
    var other = files(second);
    var names = new TreeSet<>(one.keySet());
    names.addAll(other.keySet());
    var differences = new ArrayList<String>();
    for (String name : names) {
      reason(one.get(name), other.get(name)).ifPresent(r -> differences.add(name + ": " + r));
    }
    return differences;
  }

  private static Map<String, ByteSource> files(OpenCheckpoint checkpoint) {
    var files = new LinkedHashMap<String, ByteSource>();
    checkpoint.source().attachments().stream()
        .filter(attachment -> !attachment.name().equals(Origin.MEMBER))
        .forEach(attachment -> files.put(name(attachment.name()), attachment.bytes()));
    return files;
  }

  private static Optional<String> reason(ByteSource one, ByteSource other) {
    if (one == null || other == null) {
      return Optional.of(one == null ? "only in the second" : "only in the first");
    }
    boolean same =
        one.size() == other.size() && ContentHash.digits(one).equals(ContentHash.digits(other));
    return same ? Optional.empty() : Optional.of("contents differ");
  }
}
