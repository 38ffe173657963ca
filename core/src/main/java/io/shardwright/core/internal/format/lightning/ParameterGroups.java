package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.describe.RuleMatcher;
import io.shardwright.spi.Traits.Flag;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Supplier;

/**
 * Relates an optimizer's indexes to parameters. With two groups the first has weight decay; the
 * parameters whose rows say {@code noDecay} are in the second. Within a group the order is that of
 * registration, which is also the state dict's (NeMo v1.23.0, {@code
 * nemo/collections/nlp/modules/common/megatron/utils.py},
 * get_params_for_weight_decay_optimization).
 *
 * @param where the checkpoint, for messages
 * @param rows a family's, asked for where an optimizer has two groups
 */
record ParameterGroups(String where, Supplier<RuleMatcher> rows) {
  /**
   * The parameters of each group.
   *
   * @param names of a state dict, in order, without buffers
   * @param groups how many the optimizer has
   * @throws UnsupportedCheckpointException if no row tells the group of one
   */
  List<List<String>> of(List<String> names, int groups) {
    if (groups == 1) {
      return List.of(names);
    }
    RuleMatcher matcher = rows.get();
    var decayed = new ArrayList<String>();
    var others = new ArrayList<String>();
    var seen = new HashSet<String>();
    for (String name : names) {
      var rule = matcher.stored(name).orElseThrow(() -> untold("no row matches '" + name + "'"));
      boolean tied = !rule.traits().tiedCopies().isEmpty() && !name.endsWith(rule.pattern());
      boolean again = !seen.add((tied ? "copy of " : "") + rule.canonical());
      if (again && (tied || rule.traits().has(Flag.COPY))) {
        continue; // A second name of what the file has is no further parameter.
      }
      (rule.traits().noDecay() ? others : decayed).add(name);
    }
    return List.of(decayed, others);
  }

  private UnsupportedCheckpointException untold(String why) {
    return refused(where, why + ", so its weight decay is unknown");
  }

  /** An optimizer state that NeMo has no form of. */
  static UnsupportedCheckpointException unwritten(String where, String why) {
    return refused(where, "can't be NeMo's", why);
  }

  /** An optimizer state that can't be cut. */
  static UnsupportedCheckpointException refused(String where, String why) {
    return refused(where, "can't be cut", why);
  }

  private static UnsupportedCheckpointException refused(String where, String what, String why) {
    return new UnsupportedCheckpointException(
        ErrorCode.UNSUPPORTED,
        where,
        "its optimizer state "
            + what
            + ": "
            + why
            + ": leave it out with "
            + Setting.NO_OPTIMIZER.inText());
  }
}
