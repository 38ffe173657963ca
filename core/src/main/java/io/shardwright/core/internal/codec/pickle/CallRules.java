package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import java.util.Set;

/**
 * Which objects an opcode may fill. Objects without a meaning here may be filled as they like; what
 * is built here only as its class would be, and a tensor never.
 */
final class CallRules {
  private static final Set<String> LISTS = Set.of("collections.deque", "builtins.list");
  private static final Set<String> SETS = Set.of("builtins.set");
  private static final Set<String> DICTS =
      Set.of(
          "collections.OrderedDict",
          "collections.defaultdict",
          "collections.Counter",
          "builtins.dict");
  private static final Set<String> WITH_STATE =
      Set.of(
          "collections.OrderedDict",
          "_io.BytesIO",
          "numpy.ndarray",
          "numpy.dtype",
          "numpy.core.multiarray._reconstruct");
  private static final Set<String> WITH_ATTRIBUTES =
      Set.of("collections.OrderedDict", "torch._utils._rebuild_parameter");

  private CallRules() {}

  static boolean takesItems(Call call) {
    return isOpaque(call) || isOf(call, LISTS);
  }

  static boolean takesMembers(Call call) {
    return isOpaque(call) || isOf(call, SETS);
  }

  static boolean takesEntries(Call call) {
    return isOpaque(call) || isOf(call, DICTS);
  }

  static boolean takesState(Call call, PickleValue state) {
    if (call.state() != null) {
      return false;
    }
    boolean attributes = isOf(call, WITH_ATTRIBUTES) && state instanceof Dict;
    boolean own = isOf(call, WITH_STATE) && !isOf(call, WITH_ATTRIBUTES);
    return isOpaque(call) || attributes || own;
  }

  /** Whether Python would refuse it as a key of a dict. */
  static boolean isContainer(Call call) {
    return !isOpaque(call) && (isOf(call, LISTS) || isOf(call, SETS) || isOf(call, DICTS));
  }

  private static boolean isOpaque(Call call) {
    Meaning meaning = PickleNames.meaning(call);
    return meaning != Meaning.DATA && !PickleNames.buildsTensor(call);
  }

  private static boolean isOf(Call call, Set<String> names) {
    return PickleNames.callee(call).filter(global -> names.contains(global.toString())).isPresent();
  }
}
