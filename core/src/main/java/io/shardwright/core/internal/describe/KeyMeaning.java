package io.shardwright.core.internal.describe;

import io.shardwright.spi.KeyRule;
import io.shardwright.spi.KeyRule.Kind;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Applies a family's key rules to a configuration.
 *
 * @param naming the source's
 */
public record KeyMeaning(ModelFamilyAdapter family, ModelConfig config, Naming naming) {
  /** What they say of a described model. */
  public static KeyMeaning of(ModelDescription model) {
    return new KeyMeaning(model.family(), model.config(), model.naming());
  }

  /**
   * Refuses a model that the family has no rows for.
   *
   * @throws UnsupportedCheckpointException naming every key that says so
   */
  public void requireReadable(String source) {
    var unreadable =
        rules(Kind.UNREADABLE)
            .filter(rule -> rule.holds(config, naming))
            .map(rule -> rule.refusal(config))
            .toList();
    if (!unreadable.isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED, source, String.join("; ", unreadable));
    }
  }

  /** Why the model would compute something else under a target's names. */
  public List<String> refusals(Naming target) {
    return rules(Kind.REFUSED)
        .filter(rule -> rule.holds(config, naming, target))
        .map(rule -> rule.refusal(config))
        .distinct()
        .toList();
  }

  /** What a target of NeMo's only keeps of the model; empty for one that NeMo computes. */
  public List<String> kept() {
    var found =
        rules(Kind.KEPT)
            .filter(rule -> rule.holds(config, naming))
            .map(rule -> rule.refusal(config))
            .distinct()
            .toList();
    return found.isEmpty()
        ? List.of()
        : List.of(
            "the target only stores the model; NeMo can't run it: " + String.join("; ", found));
  }

  private Stream<KeyRule> rules(Kind kind) {
    return family.keyRules().stream().filter(rule -> rule.kind() == kind);
  }
}
