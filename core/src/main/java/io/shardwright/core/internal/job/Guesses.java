package io.shardwright.core.internal.job;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.plan.TargetChoice;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Traits.Flag;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.List;
import java.util.stream.Stream;

/** Refuses rows that were drafted and not read by anybody since. */
final class Guesses {
  private Guesses() {}

  /**
   * Refuses to read or write a tensor by a row that is a guess.
   *
   * @throws UnsupportedCheckpointException naming the first such row
   */
  static void refuse(ReshardRequest request, ModelDescription model, TargetChoice choice) {
    if (request.allowGuesses()) {
      return;
    }
    var target =
        choice.huggingFace().map(HuggingFaceModel::names).orElseGet(() -> written(model, choice));
    var guessed = guessed(Stream.concat(read(model), target.rules().stream()));
    if (!guessed.isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.ROW_GUESSED,
          model.source(),
          "the row of '"
              + guessed.get(0)
              + "' in family '"
              + model.family().id()
              + "' is a guess"
              + (guessed.size() > 1 ? ", and " + (guessed.size() - 1) + " others are" : "")
              + ": a wrong cut can't be detected in the target. Compare each row with the model's"
              + " source and delete 'guess: true', or use them with "
              + Setting.ALLOW_GUESSES.inText());
    }
  }

  /** What verification does not tell, where guesses are allowed. */
  static List<String> notes(ReshardRequest request, ModelDescription model) {
    var guessed = request.allowGuesses() ? guessed(read(model)) : List.<String>of();
    return guessed.isEmpty()
        ? List.of()
        : List.of(
            "how '"
                + guessed.get(0)
                + "' is cut"
                + (guessed.size() > 1 ? ", and " + (guessed.size() - 1) + " others," : "")
                + " is a guess, and verification can't check it");
  }

  private static Stream<ParameterRule> read(ModelDescription model) {
    return model.tensors().stream().map(LogicalTensor::rule);
  }

  private static List<String> guessed(Stream<ParameterRule> rows) {
    return rows.filter(rule -> rule.traits().has(Flag.GUESS))
        .map(ParameterRule::pattern)
        .distinct()
        .toList();
  }

  private static ParameterTable written(ModelDescription model, TargetChoice choice) {
    var config = model.config();
    return choice.naming() == model.naming()
        ? ParameterTable.of()
        : new ParameterTable(
            model.family().parameters(config, choice.naming()).rules().stream()
                .filter(
                    rule ->
                        rule.conditions().stream().allMatch(c -> c.perLayer() || c.holds(config)))
                .toList());
  }
}
