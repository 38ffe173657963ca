package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a document of a dialect says, in canonical keys. */
public final class Reading {
  private final HuggingFaceConfig document;
  private final Dialect dialect;
  private final Statements statements;
  private final ValueKinds kinds;
  private final Map<String, String> values = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * Nothing is read yet.
   *
   * @param base a canonical configuration that shows of what kind values are
   */
  Reading(HuggingFaceConfig document, Dialect dialect, ModelConfig base) {
    this.document = document;
    this.dialect = dialect;
    this.statements = new Statements(document, dialect);
    this.kinds = new ValueKinds(document, base);
  }

  /** Reads every row, and lists the keys of which the table says nothing. */
  void rows() {
    for (ConfigKey row : dialect.rows()) {
      if (kinds.require(row)) {
        Optional<String> absent = row.values().stream().findFirst();
        DialectEngine.of(row).read(row, statements.of(row.own(), absent), this);
      }
    }
    document.document().fields().keySet().stream()
        .filter(key -> !dialect.knows(key))
        .forEach(
            key ->
                note(
                    "'"
                        + key
                        + "' of "
                        + dialect.document()
                        + " has no place in NeMo's configuration; it is kept aside"));
  }

  /**
   * Refuses what can't be read.
   *
   * @param where for messages
   * @throws MalformedCheckpointException naming every key whose value is of another kind
   * @throws UnsupportedCheckpointException naming every key that is said in two ways, or that NeMo
   *     can't express
   */
  void requireSound(String where) {
    if (!kinds.wrong().isEmpty()) {
      throw new MalformedCheckpointException(
          ErrorCode.CONFIG_VALUE, where, listed(kinds.wrong().stream()));
    }
    if (!statements.disagreements().isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.SOURCES_DISAGREE, where, listed(statements.disagreements().stream()));
    }
    if (!problems.isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.NOT_EXPRESSIBLE, where, listed(problems.stream()));
    }
  }

  /** Whether {@link #requireSound} has nothing to refuse. */
  boolean isSound() {
    return kinds.wrong().isEmpty() && statements.disagreements().isEmpty() && problems.isEmpty();
  }

  private static String listed(Stream<String> sentences) {
    return sentences.distinct().collect(Collectors.joining("; "));
  }

  HuggingFaceConfig document() {
    return document;
  }

  Statements statements() {
    return statements;
  }

  /** The value of a fact that several keys may state. */
  Optional<String> said(String... keys) {
    return statements.of(List.of(keys), Optional.empty());
  }

  void set(String key, String value) {
    values.put(key, Scalars.yaml(value));
  }

  /** Whether a value is of a kind; what is not is refused. */
  boolean isOf(String key, ModelConfig.Kind kind) {
    return kinds.require(key, kind);
  }

  void wrong(String sentence) {
    kinds.wrong().add(sentence);
  }

  void problem(String problem) {
    problems.add(problem);
  }

  void note(String note) {
    notes.add(note);
  }

  /** Canonical keys and their values. */
  public Map<String, String> values() {
    return values;
  }

  /** What was read so far, as a configuration. */
  ModelConfig canonical() {
    return new ModelConfig() {
      @Override
      public Optional<String> text(String key) {
        return Optional.ofNullable(values.get(key)).filter(value -> !value.equals("null"));
      }

      @Override
      public boolean has(String key) {
        return values.containsKey(key);
      }
    };
  }

  /** What a user should know. */
  public List<String> notes() {
    return Stream.concat(statements.repeated().stream(), notes.stream()).toList();
  }

  /** A base configuration with these values, of a file that says them in its words. */
  public YamlDocument apply(YamlDocument base, String where) {
    YamlDocument whole = base;
    for (var value : values.entrySet()) {
      if (!value.getValue().equals("null") || base.has(value.getKey())) {
        whole = whole.with(value.getKey(), value.getValue());
      }
    }
    return whole.from(where, Sayings.of(document, dialect));
  }
}
