package io.shardwright.core.internal.format;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Which file of a folder holds which tensor, as the folder's index says. */
public final class ShardIndex {
  private static final Pattern ELSEWHERE = Pattern.compile("(?s).*[/\\\\:\\x00].*|\\.{1,2}");
  private static final long COST = 200;

  private final String where;
  private final Map<String, String> names = new HashMap<>();
  private final Map<String, Set<String>> byFile = new LinkedHashMap<>();
  private final Map<String, String> byTensor = new LinkedHashMap<>();

  /** The last tensor's file, which mostly is the next one's too. */
  private String last;

  private Set<String> held = Set.of();
  private long cost;

  private ShardIndex(String where) {
    this.where = where;
  }

  /**
   * Understands an index.
   *
   * @throws MalformedCheckpointException if it is none
   * @throws UnsafeCheckpointException if it names a file elsewhere
   */
  public static ShardIndex of(Obj document, String where) {
    var index = new ShardIndex(where);
    if (!(document.get("weight_map").orElse(null) instanceof Obj map)) {
      throw index.malformed("has no weight_map");
    }
    map.fields().forEach(index::add);
    return index;
  }

  /** A shard is a file of the folder: its name has no way to lead elsewhere. */
  private void add(String tensor, JsonValue value) {
    String file =
        value.asText().orElseThrow(() -> malformed("does not say where '" + tensor + "' is"));
    if (!file.equals(last)) {
      last = names.computeIfAbsent(file, name -> plain(name, tensor));
      held = byFile.computeIfAbsent(last, name -> new LinkedHashSet<>());
    }
    held.add(tensor);
    byTensor.put(tensor, last);
    cost += COST + tensor.length();
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
    return byFile.keySet();
  }

  /** The tensors that it names, in order. */
  public Set<String> tensors() {
    return byTensor.keySet();
  }

  /** The file that is to hold a tensor. */
  public String file(String tensor) {
    return byTensor.get(tensor);
  }

  /** Whether a file is to hold a tensor. */
  public boolean isIn(String tensor, String file) {
    return byFile.getOrDefault(file, Set.of()).contains(tensor);
  }

  /** Refuses if a file that it names is not there. */
  public void requireAll(Set<String> present) {
    for (String file : byFile.keySet()) {
      if (!present.contains(file)) {
        String tensor = byFile.get(file).iterator().next();
        throw malformed("says that '" + tensor + "' is in '" + file + "', which does not exist");
      }
    }
  }

  /** Refuses if a file holds other tensors than it says. */
  public void requireHeld(String file, Set<String> held) {
    Set<String> expected = byFile.getOrDefault(file, Set.of());
    for (String tensor : expected) {
      if (!held.contains(tensor)) {
        throw malformed("says that '" + tensor + "' is in '" + file + "', which lacks it");
      }
    }
    for (String tensor : held.size() == expected.size() ? Set.<String>of() : held) {
      if (!expected.contains(tensor)) {
        throw malformed("does not say that '" + tensor + "' is in '" + file + "', which holds it");
      }
    }
  }

  private MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(ErrorCode.TENSOR_MISSING, where, problem);
  }
}
