package io.shardwright.core.internal.save;

import io.shardwright.core.internal.registry.FileNames;
import io.shardwright.spi.channel.Addresses;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * An object of a saved plan while it is read: every key is asked for once, and none is left.
 *
 * @param object whose keys are read
 * @param where it is, for messages
 * @param names turns what it says into paths
 */
record Saved(Obj object, String where, FileNames names, Set<String> asked) {
  Saved(Obj object, String where, FileNames names) {
    this(object, where, names, new HashSet<>());
  }

  /** As it is written; on file systems that have no plain names, as a URI. */
  static Str path(Path path) {
    Path whole = path.toAbsolutePath().normalize();
    boolean plain = whole.getFileSystem() == FileSystems.getDefault();
    return new Str(plain ? whole.toString() : whole.toUri().toString());
  }

  static Arr paths(List<Path> all) {
    return new Arr(all.stream().<JsonValue>map(Saved::path).toList());
  }

  private Optional<JsonValue> value(String key) {
    asked.add(key);
    return object.get(key);
  }

  private <T> Optional<T> value(String key, Function<JsonValue, Optional<T>> as) {
    var value = value(key);
    var found = value.flatMap(as);
    if (value.isPresent() && found.isEmpty()) {
      throw malformed("'" + key + "' has a value of another kind");
    }
    return found;
  }

  MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(ErrorCode.PLAN_MALFORMED, where, problem);
  }

  private MalformedCheckpointException missing(String key) {
    return malformed("has no '" + key + "'");
  }

  private static Optional<String> string(JsonValue value) {
    return value instanceof Str text ? Optional.of(text.value()) : Optional.empty();
  }

  Optional<String> text(String key) {
    return value(key, Saved::string);
  }

  boolean flag(String key) {
    return value(key, v -> v instanceof Bool b ? Optional.of(b.value()) : Optional.empty())
        .orElse(false);
  }

  OptionalLong count(String key) {
    var number = value(key, v -> v.asLong().isPresent() ? Optional.of(v.asLong()) : none());
    return number.orElse(OptionalLong.empty());
  }

  private static Optional<OptionalLong> none() {
    return Optional.empty();
  }

  OptionalInt size(String key) {
    var number = count(key);
    if (number.isPresent() && number.getAsLong() != (int) number.getAsLong()) {
      throw malformed("'" + key + "' is out of range");
    }
    return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
  }

  Optional<Path> path(String key) {
    return text(key).map(this::named);
  }

  Path requiredPath(String key) {
    return path(key).orElseThrow(() -> missing(key));
  }

  private Path named(String text) {
    try {
      boolean plain = Addresses.is(text) || !text.matches("[a-z][a-z0-9+.-]+:.*");
      return plain ? names.path(text) : Path.of(URI.create(text));
    } catch (IllegalArgumentException | FileSystemNotFoundException odd) {
      throw malformed("'" + text + "' can't be the name of a file here");
    }
  }

  List<Path> pathList(String key) {
    var paths = new ArrayList<Path>();
    for (JsonValue item : items(key)) {
      paths.add(
          named(string(item).orElseThrow(() -> malformed("'" + key + "' is not a list of paths"))));
    }
    return paths;
  }

  private List<JsonValue> items(String key) {
    return value(key, v -> v instanceof Arr list ? Optional.of(list.items()) : Optional.empty())
        .orElse(List.of());
  }

  /** One of an enumeration, as it is written in Java. */
  <E extends Enum<E>> Optional<E> word(String key, Class<E> type) {
    return text(key)
        .map(
            word ->
                Stream.of(type.getEnumConstants())
                    .filter(constant -> constant.name().equals(word))
                    .findFirst()
                    .orElseThrow(() -> malformed("'" + key + "' is '" + word + "'")));
  }

  /** A value that its own type reads. */
  <T> Optional<T> read(String key, Function<String, T> grammar) {
    return text(key)
        .map(
            text -> {
              try {
                return grammar.apply(text);
              } catch (IllegalArgumentException odd) {
                throw malformed("'" + key + "': " + odd.getMessage());
              }
            });
  }

  Optional<Saved> part(String key) {
    return value(key, v -> v instanceof Obj part ? Optional.of(part) : Optional.empty())
        .map(part -> new Saved(part, where, names));
  }

  Saved requiredPart(String key) {
    return part(key).orElseThrow(() -> missing(key));
  }

  /** Refuses what nobody asked for: it means something that this version does not know. */
  void requireAll() {
    object.fields().keySet().stream()
        .filter(key -> !asked.contains(key))
        .findFirst()
        .ifPresent(
            key -> {
              throw malformed("has an unknown key '" + key + "'");
            });
  }
}
