package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.spi.Condition;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.config.Codec;
import io.shardwright.spi.config.Codec.Special;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.dialect.DialectReading;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The content of a document of a dialect under canonical keys.
 *
 * @param statements what it says of each fact, and where it contradicts itself
 * @param kinds of what kinds its values are, and those that are of another
 * @param values canonical keys and their values
 * @param problems what the canonical configuration can't express
 * @param unplaced keys of which the table says nothing, and what else a user should know
 */
record Reading(
    DialectDocument document,
    Dialect dialect,
    Statements statements,
    ValueKinds kinds,
    Map<String, String> values,
    List<String> problems,
    List<String> unplaced)
    implements DialectReading {
  private static final String NO_PLACE =
      " has no counterpart in NeMo's configuration; it is kept separately";

  /**
   * Nothing is read yet.
   *
   * @param base a canonical configuration that shows of what kind values are
   */
  static Reading of(DialectDocument document, Dialect dialect, ModelConfig base) {
    return new Reading(
        document,
        dialect,
        new Statements(document, dialect),
        new ValueKinds(document, base),
        new LinkedHashMap<>(),
        new ArrayList<>(),
        new ArrayList<>());
  }

  @Override
  public void require(String key, Kind kind) {
    kinds.require(key, kind);
  }

  @Override
  public void agree(List<String> keys) {
    statements.of(keys, Optional.empty());
  }

  @Override
  public void disagree(String problem) {
    statements.disagree(problem);
  }

  @Override
  public void refuse(String problem) {
    problems.add(problem);
  }

  @Override
  public Reading rows() {
    for (ConfigKey row : dialect.rows()) {
      if (isRead(row) && kinds.require(row)) {
        DialectEngine.of(row).read(row, said(row), this);
      }
    }
    Set<String> known = new HashSet<>(dialect.neutral());
    dialect.rows().forEach(row -> row.own().forEach(key -> known.add(key.split("[.\\[]")[0])));
    document.document().fields().keySet().stream()
        .filter(key -> !known.contains(key))
        .map(key -> "'" + key + "' of " + dialect.document() + NO_PLACE)
        .forEach(unplaced::add);
    return this;
  }

  private boolean isRead(ConfigKey row) {
    return row.use() != ConfigKey.Use.WRITTEN && Condition.inForce(row, this);
  }

  /** The keys of cases are a fact each. */
  private Optional<String> said(ConfigKey row) {
    return row.codec() instanceof Codec.Cases
        ? Optional.empty()
        : statements.of(row.own(), silence(row));
  }

  /** A null is no absence where a class has a value for either. */
  private Optional<String> silence(ConfigKey row) {
    boolean isNull = row.own().stream().anyMatch(document.document().fields()::containsKey);
    if (isNull && row.codec() instanceof Codec.Usual) {
      return Optional.empty();
    }
    return isNull && row.codec() instanceof Codec.Otherwise unset && unset.unset().equals("null")
        ? Optional.of("null")
        : row.absent();
  }

  @Override
  public Reading requireSound(String where) {
    if (!kinds.wrong().isEmpty()) {
      throw new MalformedCheckpointException(
          ErrorCode.CONFIG_VALUE, where, String.join("; ", kinds.wrong()));
    }
    if (!statements.disagreements().isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.SOURCES_DISAGREE, where, String.join("; ", statements.disagreements()));
    }
    if (!problems.isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.NOT_EXPRESSIBLE, where, String.join("; ", problems));
    }
    return this;
  }

  void set(String key, String value) {
    values.put(key, Scalars.yaml(value));
  }

  /** A value that the canonical configuration has no words for. */
  void refuse(ConfigKey row, String value, String expected) {
    problems.add(row.own().get(0) + " is '" + value + "', expected " + expected);
  }

  @Override
  public Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key)).filter(value -> !value.equals("null"));
  }

  @Override
  public boolean has(String key) {
    return values.containsKey(key);
  }

  @Override
  public List<String> notes() {
    return Stream.concat(statements.repeated().stream(), unplaced.stream()).toList();
  }

  @Override
  public boolean isSaidBy(ModelConfig config) {
    return values.entrySet().stream().allMatch(value -> isSaid(value, config));
  }

  private boolean isSaid(Map.Entry<String, String> value, ModelConfig config) {
    String key = value.getKey();
    String otherwise = value.getValue().startsWith("[") ? "[]" : "null";
    String said = config.text(key).or(() -> usual(key, config)).orElse(otherwise);
    return Scalars.equal(said, value.getValue());
  }

  /** The size that a configuration means which leaves it out. */
  private Optional<String> usual(String key, ModelConfig config) {
    return dialect.rows().stream()
        .filter(row -> row.canonical().equals(key) && !row.own().isEmpty())
        .map(ConfigKey::codec)
        .filter(Codec.Usual.class::isInstance)
        .flatMap(codec -> DialectEngine.usual((Codec.Usual) codec, config).stream())
        .findFirst();
  }

  /** Of a file that says the values in its words. */
  @Override
  public YamlDocument apply(Configuration base, String where) {
    var whole = (YamlDocument) base;
    for (var value : values.entrySet()) {
      if (!value.getValue().equals("null") || base.has(value.getKey())) {
        whole = whole.with(value.getKey(), value.getValue());
      }
    }
    return whole.from(where, sayings());
  }

  /** What the document says of each canonical key, in its own words. */
  private Map<String, String> sayings() {
    Map<String, String> sayings = new LinkedHashMap<>();
    for (ConfigKey row : dialect.rows()) {
      if (!row.canonical().isEmpty() && !row.own().isEmpty()) {
        sayings.put(row.canonical(), saying(row));
      }
    }
    Optional.ofNullable(sayings.get("img_h")).ifPresent(both -> sayings.put("img_w", both));
    return sayings;
  }

  private String saying(ConfigKey row) {
    if (row.codec() == Special.LABELS
        && document.value("id2label").orElse(null) instanceof Obj names) {
      return "id2label has " + names.fields().size() + " names";
    }
    String absent = row.absent().map(value -> " (" + value + " by default)").orElse("");
    return row.own().stream()
        .filter(document::has)
        .findFirst()
        .map(document::says)
        .orElse(row.own().get(0) + " is absent" + absent);
  }
}
