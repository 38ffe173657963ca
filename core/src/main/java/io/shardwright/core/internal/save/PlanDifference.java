package io.shardwright.core.internal.save;

import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What tells two plans apart, in the order in which one thing follows from another: the program,
 * what was asked for, the sources, the target.
 */
record PlanDifference(PlanDocument saved, PlanDocument own) {
  private static final String SOURCES = "sources";

  void refuse() {
    for (String key : List.of("program", "parts", "request", "reading")) {
      first(key, asked(saved, key), asked(own, key)).ifPresent(this::throwAsked);
    }
    refuseSources();
    if (!value(saved, "target").equals(value(own, "target"))) {
      throw differs("the same sources give another target: its documents or adapters changed");
    }
  }

  private static Optional<JsonValue> value(PlanDocument plan, String key) {
    return plan.object().get(key);
  }

  /**
   * Machines may know a disk by several names, and parts lie beside their target; each process
   * forces to disk what it writes, or doesn't.
   */
  private static Optional<JsonValue> asked(PlanDocument plan, String key) {
    return value(plan, key)
        .map(
            asked -> {
              var named = asked instanceof Obj object ? object.copy() : asked;
              if (named instanceof Obj object) {
                object.fields().keySet().removeAll(List.of("target", "sync"));
              }
              return named;
            });
  }

  /** A key and its two values. */
  private record Found(String key, Optional<JsonValue> saved, Optional<JsonValue> own) {}

  private static Optional<Found> first(
      String key, Optional<JsonValue> saved, Optional<JsonValue> own) {
    if (saved.equals(own)) {
      return Optional.empty();
    }
    if (saved.orElse(null) instanceof Obj one && own.orElse(null) instanceof Obj other) {
      var keys = new LinkedHashSet<>(one.fields().keySet());
      keys.addAll(other.fields().keySet());
      return keys.stream()
          .flatMap(each -> first(each, one.get(each), other.get(each)).stream())
          .findFirst();
    }
    return Optional.of(new Found(key, saved, own));
  }

  private void throwAsked(Found found) {
    throw differs(
        "'" + found.key() + "' is " + text(found.own()) + ", expected " + text(found.saved()));
  }

  private static String text(Optional<JsonValue> value) {
    if (value.isEmpty()) {
      return "not set";
    }
    byte[] object = JsonDocument.compact(Obj.empty().put("", value.get()));
    return new String(object, 4, object.length - 5, StandardCharsets.UTF_8);
  }

  private CheckpointException differs(String problem) {
    return new UnsafeCheckpointException(
        ErrorCode.PLAN_DIFFERS, saved.where(), "holds another plan: " + problem);
  }

  private void refuseSources() {
    var before = files(saved);
    var now = files(own);
    before.forEach(
        (path, state) -> {
          Obj found = now.get(path);
          if (found == null || !found.equals(state)) {
            throw changed(path, found == null ? "is no longer read" : told(state, found));
          }
        });
    now.keySet().stream()
        .filter(path -> !before.containsKey(path))
        .findFirst()
        .ifPresent(
            path -> {
              throw changed(path, "is new");
            });
  }

  private static String told(Obj before, Obj now) {
    String key = first("", Optional.of(before), Optional.of(now)).map(Found::key).orElse("");
    return switch (key) {
      case "bytes" -> "has another size";
      case "modified", "changed" -> "was written to";
      default -> "has other headers";
    };
  }

  private static Map<String, Obj> files(PlanDocument plan) {
    var files = new LinkedHashMap<String, Obj>();
    if (value(plan, SOURCES).orElse(null) instanceof Arr list) {
      for (JsonValue item : list.items()) {
        if (item instanceof Obj file && file.get("path").orElse(null) instanceof Str path) {
          files.put(path.value(), file);
        }
      }
    }
    return files;
  }

  private CheckpointException changed(String path, String how) {
    return new CheckpointIoException(
        ErrorCode.SOURCE_CHANGED, path, how + " since the plan was made: " + saved.where());
  }
}
