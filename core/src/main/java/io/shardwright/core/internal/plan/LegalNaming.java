package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.KeyMeaning;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.spi.Naming;
import io.shardwright.spi.error.Setting;
import java.util.List;
import java.util.Locale;

/** The naming of a target. */
record LegalNaming(ModelDescription model, TargetChoice choice) {
  /**
   * The wanted one; where the family can't have it, the source's, to find other problems.
   *
   * @param problems are told why it can't
   */
  Naming of(List<String> problems) {
    if (choice.naming() == Naming.HUGGING_FACE || choice.naming() == model.naming()) {
      return choice.naming();
    }
    var meaning = KeyMeaning.of(model);
    var legal =
        model.family().namings(model.config()).stream()
            .filter(naming -> meaning.refusals(naming).isEmpty())
            .toList();
    if (legal.contains(choice.naming())) {
      return choice.naming();
    }
    String instead =
        legal.isEmpty() ? "" : " Choose " + Setting.NAMING.inText(word(legal.get(0))) + ".";
    var refusals = meaning.refusals(choice.naming());
    refusals.forEach(refusal -> problems.add(refusal + "." + instead));
    if (refusals.isEmpty()) {
      problems.add(
          String.format(
              Locale.ROOT,
              "family '%s' can't have %s naming with this configuration.%s",
              model.family().id(),
              word(choice.naming()),
              instead));
    }
    return model.naming();
  }

  private static String word(Naming naming) {
    return naming.name().toLowerCase(Locale.ROOT);
  }
}
