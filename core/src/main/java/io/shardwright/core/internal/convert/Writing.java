package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.spi.Condition;
import io.shardwright.spi.ModelConfig.Kind;
import io.shardwright.spi.config.Codec;
import io.shardwright.spi.config.Codec.Special;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.dialect.DialectWriting;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A document of a dialect that is written from a canonical configuration.
 *
 * @param of whose document it is, for messages
 * @param problems what it can't express
 */
record Writing(YamlDocument config, String of, Obj document, List<String> problems)
    implements DialectWriting {
  /** What relates lists. */
  private static final Set<Special> LISTED =
      EnumSet.of(
          Special.WINDOW,
          Special.LIST,
          Special.DENSE_FIRST,
          Special.SPARSE_STEP,
          Special.EXPERT_LAYERS);

  /** An empty document. */
  Writing(YamlDocument config, String of) {
    this(config, of, Obj.empty(), new ArrayList<>());
  }

  @Override
  public void rows(Dialect dialect) {
    for (ConfigKey row : dialect.rows()) {
      if (!Condition.inForce(row, config)) {
        continue;
      }
      if (isSound(row)) {
        DialectEngine.of(row).write(row, value(row.canonical()), this);
      } else {
        problems.add(config.unlike(row.canonical(), "what " + of + " can express"));
      }
    }
  }

  private Optional<String> value(String key) {
    return config.kind(key) == Kind.FLAG
        ? Optional.of(Boolean.toString(config.flag(key)))
        : config.text(key);
  }

  /** Whether a value is of a kind that the row relates; a window says itself what it needs. */
  private boolean isSound(ConfigKey row) {
    return row.codec() instanceof Special special && LISTED.contains(special)
        || row.codec() instanceof Codec.LayerKinds
        || config.kind(row.canonical()) == Kind.LIST && row.own().isEmpty()
        || ValueKinds.isScalar(config, row.canonical());
  }

  void put(ConfigKey row, String text) {
    if (row.use() != ConfigKey.Use.READ) {
      put(row.own().get(0), DialectDocument.spelt(text));
    }
  }

  /** What no path tells is not written. */
  @Override
  public void put(String key, JsonValue value) {
    if (Statements.isStated(key)) {
      document.putAt(key, value);
    }
  }

  /** A value that the document has no words for. */
  void refuse(ConfigKey row, String value, String end) {
    problems.add(row.canonical() + " is " + value + ", which " + of + " can't express" + end);
  }
}
