package io.shardwright.core.internal.compare;

import io.shardwright.core.Comparison;
import io.shardwright.core.ConfigDifference;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.TensorDifference;
import io.shardwright.core.TensorDifference.Kind;
import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.format.Origin;
import io.shardwright.core.internal.open.OpenCheckpoint;
import io.shardwright.core.internal.plan.CanonicalTensor;
import io.shardwright.core.internal.read.PhaseProgress;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Compares two open checkpoints, tensor by tensor, several at once. */
public final class CheckpointComparison {
  private final OpenCheckpoint first;
  private final OpenCheckpoint second;
  private final boolean logical;
  private final Map<String, CanonicalTensor> firstTensors;
  private final Map<String, CanonicalTensor> secondTensors;
  private final Set<String> implied = new HashSet<>();

  public CheckpointComparison(OpenCheckpoint first, OpenCheckpoint second) {
    this.first = first;
    this.second = second;
    this.logical = first.model().isPresent() && second.model().isPresent();
    this.firstTensors = byName(first);
    this.secondTensors = byName(second);
    if (logical) {
      pair(first, firstTensors, second, secondTensors);
      pair(second, secondTensors, first, firstTensors);
      masters(firstTensors, secondTensors);
      masters(secondTensors, firstTensors);
    }
  }

  /** A parameter in 32 bits is its own master, which some forms of a state store once more. */
  private static void masters(
      Map<String, CanonicalTensor> tensors, Map<String, CanonicalTensor> others) {
    for (String name : others.keySet()) {
      String own = name.substring(Companions.prefix(name).length());
      CanonicalTensor parameter = tensors.get(own);
      if (Companions.kind(name).equals(Companions.MASTER)
          && tensors.containsKey(Companions.name("exp_avg", own))
          && parameter != null
          && parameter.spec().dtype() == DType.FLOAT32) {
        tensors.putIfAbsent(name, parameter);
      }
    }
  }

  /** Where one has both of a pair that the other ties, the other has the second too. */
  private void pair(
      OpenCheckpoint one,
      Map<String, CanonicalTensor> tensors,
      OpenCheckpoint other,
      Map<String, CanonicalTensor> others) {
    one.second()
        .filter(
            second ->
                one.storesSecond()
                    || other.storesSecond()
                    || others.containsKey(second.spec().name()))
        .ifPresent(
            second -> {
              tensors.putIfAbsent(second.spec().name(), second);
              if (!one.storesSecond() && other.second().isEmpty()) {
                implied.add(second.spec().name());
              }
            });
  }

  private Map<String, CanonicalTensor> byName(OpenCheckpoint checkpoint) {
    var tensors = new LinkedHashMap<String, CanonicalTensor>();
    (logical ? checkpoint.canonical() : checkpoint.stored())
        .forEach(tensor -> tensors.put(tensor.spec().name(), tensor));
    return tensors;
  }

  public Comparison run(Workers workers, ProgressListener listener) {
    var names = new LinkedHashSet<>(firstTensors.keySet());
    names.addAll(secondTensors.keySet());
    Map<String, TensorDifference> found = new LinkedHashMap<>();
    names.forEach(name -> found.put(name, null));
    var tasks = new ArrayList<Consumer<TensorComparison.Buffers>>();
    var progress = new PhaseProgress(listener, ProgressListener.Phase.VERIFY, bytes());
    for (String name : names) {
      CanonicalTensor one = firstTensors.get(name);
      CanonicalTensor other = secondTensors.get(name);
      if (one == null || other == null) {
        found.put(name, single(name, one, other));
      } else {
        var comparison = new TensorComparison(one, other, progress);
        tasks.add(buffers -> put(found, name, told(name, comparison.run(buffers))));
      }
    }
    workers.run(tasks, TensorComparison.Buffers::new);
    first.source().requireUnchanged();
    second.source().requireUnchanged();
    var settings = new SettingsComparison(first, second);
    return new Comparison(
        logical,
        tasks.size(),
        found.values().stream().filter(difference -> difference != null).toList(),
        names.stream().filter(name -> found.get(name) == null).toList(),
        settings.config(),
        settings.artifacts(),
        notes());
  }

  /** Of a tensor that one does not store it is told who has it, unless it has the tied values. */
  private Optional<TensorDifference> told(String name, Optional<TensorDifference> difference) {
    boolean inFirst = first.second().isEmpty();
    return difference.isEmpty() || !implied.contains(name)
        ? difference
        : Optional.of(
            single(
                name,
                inFirst ? firstTensors.get(name) : null,
                inFirst ? null : secondTensors.get(name)));
  }

  private long bytes() {
    return firstTensors.entrySet().stream()
        .filter(entry -> secondTensors.containsKey(entry.getKey()))
        .mapToLong(entry -> entry.getValue().spec().byteSize())
        .sum();
  }

  private static void put(
      Map<String, TensorDifference> found, String name, Optional<TensorDifference> difference) {
    synchronized (found) {
      found.put(name, difference.orElse(null));
    }
  }

  private static TensorDifference single(String name, CanonicalTensor one, CanonicalTensor other) {
    return new TensorDifference(
        other == null ? Kind.ONLY_IN_FIRST : Kind.ONLY_IN_SECOND,
        name,
        Optional.ofNullable(one).map(CanonicalTensor::spec),
        Optional.ofNullable(other).map(CanonicalTensor::spec),
        0,
        0,
        0,
        0);
  }

  private List<String> notes() {
    var notes = new ArrayList<String>();
    if (!logical) {
      notes.add("no family is known for both: tensors were compared as they are stored");
    }
    layouts(notes);
    firstTensors.forEach(
        (name, one) -> {
          CanonicalTensor other = secondTensors.get(name);
          if (other != null && one.vocabulary() && one.factors().dim(0) != other.factors().dim(0)) {
            long rows = one.factors().dim(0);
            notes.add("'" + name + "' has " + rows + " rows and " + other.factors().dim(0));
          }
        });
    notes.addAll(first.summary().notes(Remedy::inText));
    notes.addAll(second.summary().notes(Remedy::inText));
    return notes.stream().distinct().toList();
  }

  private void layouts(List<String> notes) {
    String one = layout(first);
    String other = layout(second);
    if (!one.equals(other)) {
      notes.add("the weights are stored as " + one + " and as " + other);
    }
  }

  private static String layout(OpenCheckpoint checkpoint) {
    var summary = checkpoint.summary();
    return checkpoint.source().grid()
        + summary.naming().map(naming -> ", " + word(naming) + " naming").orElse("")
        + summary.layout().map(layout -> ", " + word(layout)).orElse("");
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(java.util.Locale.ROOT);
  }

  /** Compares the configurations and artifacts of two checkpoints. */
  private record SettingsComparison(OpenCheckpoint first, OpenCheckpoint second) {

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
      keys.addAll(PipelineSplit.EVEN.keys().keySet());
      Stream.of(first, second)
          .flatMap(checkpoint -> checkpoint.model().stream())
          .forEach(
              model -> {
                ModelConfig config = model.config();
                model.family().stacks().forEach(stack -> keys.add(stack.splitKey()));
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
}
