package io.shardwright.core.internal.format;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Which file of a folder holds which tensor, as the folder's index says. */
public final class ShardIndex {
  private static final Pattern ELSEWHERE = Pattern.compile("(?s).*[/\\\\:\\x00].*|\\.{1,2}");
  private static final long COST = 200;

  private final String where;

  /** The document's own map, so that no name is held twice. */
  private final Map<String, JsonValue> byTensor;

  private final Map<String, Integer> counts = new LinkedHashMap<>();

  /** The last tensor's file, which mostly is the next one's too. */
  private String last;

  private int streak;
  private long cost;

  private ShardIndex(String where, Map<String, JsonValue> byTensor) {
    this.where = where;
    this.byTensor = byTensor;
  }

  /**
   * Understands an index.
   *
   * @throws MalformedCheckpointException if it is none
   * @throws UnsafeCheckpointException if it names a file elsewhere
   */
  public static ShardIndex of(Obj document, String where) {
    if (!(document.get("weight_map").orElse(null) instanceof Obj map)) {
      throw malformed(where, "has no weight_map");
    }
    var index = new ShardIndex(where, map.fields());
    index.byTensor.forEach(index::add);
    index.countLast();
    return index;
  }

  /** A shard is a file of the folder: its name has no way to lead elsewhere. */
  private void add(String tensor, JsonValue value) {
    String file =
        value
            .asText()
            .orElseThrow(() -> malformed(where, "does not say where '" + tensor + "' is"));
    if (!file.equals(last)) {
      countLast();
      last = counts.containsKey(file) ? file : plain(file, tensor);
    }
    streak++;
    cost += COST + tensor.length();
  }

  private void countLast() {
    if (streak > 0) {
      counts.merge(last, streak, Integer::sum);
    }
    streak = 0;
  }

  private String plain(String file, String tensor) {
    if (file.isEmpty() || ELSEWHERE.matcher(file).matches()) {
      throw new UnsafeCheckpointException(
          ErrorCode.PATH_ESCAPE,
          where,
          "says that '" + tensor + "' is in '" + file + "', expected a plain file name");
    }
    return file;
  }

  /** The memory that it takes, about. */
  public long cost() {
    return cost;
  }

  /** The files that it names. */
  public Set<String> files() {
    return counts.keySet();
  }

  /** The tensors that it names, in order. */
  public Set<String> tensors() {
    return byTensor.keySet();
  }

  /** The file that is to hold a tensor. */
  public String file(String tensor) {
    return byTensor.get(tensor) instanceof Str file ? file.value() : null;
  }

  /** Whether a file is to hold a tensor. */
  public boolean isIn(String tensor, String file) {
    return file.equals(file(tensor));
  }

  /** Refuses if a file that it names is not there. */
  public void requireAll(Set<String> present) {
    for (String file : files()) {
      if (!present.contains(file)) {
        throw lacks(file, Set.of(), "is not here");
      }
    }
  }

  /** Refuses if a file holds other tensors than it says. */
  public void requireHeld(String file, Set<String> held) {
    int found = 0;
    String other = null;
    for (String tensor : held) {
      if (isIn(tensor, file)) {
        found++;
      } else if (other == null) {
        other = tensor;
      }
    }
    if (found < counts.getOrDefault(file, 0)) {
      throw lacks(file, held, "lacks it");
    }
    if (other != null) {
      throw malformed(
          where, "does not say that '" + other + "' is in '" + file + "', which holds it");
    }
  }

  /** Names the first tensor of a file that is not held. */
  private MalformedCheckpointException lacks(String file, Set<String> held, String problem) {
    String tensor =
        tensors().stream()
            .filter(name -> isIn(name, file) && !held.contains(name))
            .findFirst()
            .orElseThrow();
    return malformed(where, "says that '" + tensor + "' is in '" + file + "', which " + problem);
  }

  private static MalformedCheckpointException malformed(String where, String problem) {
    return new MalformedCheckpointException(ErrorCode.TENSOR_MISSING, where, problem);
  }
}
