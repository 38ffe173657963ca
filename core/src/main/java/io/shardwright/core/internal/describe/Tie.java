package io.shardwright.core.internal.describe;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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
    var tied = names.inForce(new Saying(config, "true"));
    var untied = names.inForce(new Saying(config, "false"));
    var known = tied.rules().stream().map(ParameterRule::canonical).collect(Collectors.toSet());
    Optional<ParameterRule> head =
        untied.rules().stream()
            .filter(row -> !known.contains(row.canonical()) && row.traits().vocabPadded())
            .findFirst();
    var copied = family.inForce(new Saying(config, "true"));
    Optional<ParameterRule> embedding =
        copied.rules().stream()
            .filter(row -> !row.traits().tiedCopies().isEmpty())
            .flatMap(row -> of(untied, row.canonical()).stream())
            .findFirst();
    if (head.isEmpty() || embedding.isEmpty()) {
      return Optional.empty();
    }
    Set<String> copies = new HashSet<>(Set.of(head.get().pattern()));
    tied.rules().forEach(row -> copies.addAll(row.traits().tiedCopies()));
    return Optional.of(new Tie(embedding.get(), head.get(), Set.copyOf(copies)));
  }

  private static Optional<ParameterRule> of(ParameterTable table, String canonical) {
    return table.rules().stream().filter(row -> row.canonical().equals(canonical)).findFirst();
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
    return isSecond(plain) ? of(inForce, canonical) : Optional.empty();
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
