package io.shardwright.core.internal.describe;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A pair of tensors that the configuration declares to be one: the embedding and the output layer.
 * A file may hold both nevertheless.
 *
 * @param embedding the first's row where the two are apart
 * @param head the second's
 * @param copies names under which the second may be stored, without a format's prefix
 */
public record Tie(ParameterRule embedding, ParameterRule head, Set<String> copies) {
  /** The key that says whether there are two tensors or one (NeMo v1.23.0; true where absent). */
  public static final String KEY = "share_embeddings_and_output_weights";

  /**
   * The pair of a family's models under a configuration, tied or not.
   *
   * @param names every row of the naming at hand
   * @param family every row of a naming of the family's own, which tells the pair
   * @return empty where its models can't be tied
   */
  static Optional<Tie> of(ParameterTable names, ParameterTable family, ModelConfig config) {
    var apart = new Saying(config, "false");
    var one = new Saying(config, "true");
    Optional<ParameterRule> embedding =
        only(family, row -> !row.traits().tiedCopies().isEmpty()).inForce(one).rules().stream()
            .flatMap(row -> rows(names, row.canonical()).inForce(apart).rules().stream())
            .findFirst();
    Optional<ParameterRule> head =
        only(names, row -> row.traits().vocabPadded()).inForce(apart).rules().stream()
            .filter(row -> rows(names, row.canonical()).inForce(one).rules().isEmpty())
            .findFirst();
    if (head.isEmpty() || embedding.isEmpty()) {
      return Optional.empty();
    }
    Set<String> copies = new HashSet<>(Set.of(head.get().pattern()));
    only(names, row -> !row.traits().tiedCopies().isEmpty())
        .inForce(one)
        .rules()
        .forEach(row -> copies.addAll(row.traits().tiedCopies()));
    return Optional.of(new Tie(embedding.get(), head.get(), Set.copyOf(copies)));
  }

  /** The few rows that are asked for: whether a row is in force costs more than all else. */
  private static ParameterTable only(ParameterTable table, Predicate<ParameterRule> wanted) {
    return new ParameterTable(table.rules().stream().filter(wanted).toList());
  }

  private static ParameterTable rows(ParameterTable table, String canonical) {
    return only(table, row -> row.canonical().equals(canonical));
  }

  /** Whether a configuration says that the two are one. */
  static boolean isTied(ModelConfig config) {
    return !config.text(KEY).orElse("true").toLowerCase(Locale.ROOT).equals("false");
  }

  /** A configuration of which the two are apart. */
  static ModelConfig untied(ModelConfig config) {
    return new Saying(config, "false");
  }

  /** Whether a row is of one of the two. */
  boolean isOf(ParameterRule row) {
    return Set.of(embedding.canonical(), head.canonical()).contains(row.canonical());
  }

  /** Whether a name without a format's prefix is the second's. */
  public boolean isSecond(String plain) {
    return copies.contains(plain);
  }

  /** The row that a name of the pair belongs to: that of the embedding while they are one. */
  Optional<ParameterRule> row(String plain, ParameterTable inForce, boolean tied) {
    String canonical = (tied ? embedding : head).canonical();
    return isSecond(plain)
        ? rows(inForce, canonical).rules().stream().findFirst()
        : Optional.empty();
  }

  private record Saying(ModelConfig config, String value) implements ModelConfig {
    @Override
    public Optional<String> text(String key) {
      return key.equals(KEY) ? Optional.of(value) : config.text(key);
    }

    @Override
    public boolean has(String key) {
      return key.equals(KEY) || config.has(key);
    }
  }
}
