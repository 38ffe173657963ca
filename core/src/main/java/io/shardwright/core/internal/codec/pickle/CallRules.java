package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Decides which objects an opcode may fill. Opaque objects may be filled in any way, objects that
 * are built here only as their class would be, and tensors never.
 */
final class CallRules {
  /** What the objects of a class are. */
  private enum Kind {
    OPAQUE,
    LIST,
    SET,
    DICT,
    ORDERED_DICT,
    STATEFUL,
    CLOSED
  }

  private static final Set<String> STATEFUL =
      Set.of("_io.BytesIO", "numpy.ndarray", "numpy.dtype", "numpy.core.multiarray._reconstruct");

  private final Map<Global, Kind> kinds = new HashMap<>();
  private final Map<Global, Boolean> copying = new HashMap<>();

  boolean takesItems(Call call) {
    return is(call, Kind.OPAQUE, Kind.LIST);
  }

  boolean takesMembers(Call call) {
    return is(call, Kind.OPAQUE, Kind.SET);
  }

  boolean takesEntries(Call call) {
    return is(call, Kind.OPAQUE, Kind.DICT) || is(call, Kind.ORDERED_DICT, Kind.ORDERED_DICT);
  }

  boolean takesState(Call call, PickleValue state) {
    boolean attributes = state instanceof Dict && is(call, Kind.ORDERED_DICT, Kind.ORDERED_DICT);
    return call.state() == null && (attributes || is(call, Kind.OPAQUE, Kind.STATEFUL));
  }

  /** Whether what becomes of its arguments and its state is understood, and they are copied. */
  boolean copies(Call call) {
    return call.callable() instanceof Global global
        && copying.computeIfAbsent(global, CallRules::isUnderstood);
  }

  private static boolean isUnderstood(Global global) {
    Meaning meaning = PickleNames.meaning(global);
    return meaning == Meaning.DATA || meaning == Meaning.RECORD;
  }

  /** Whether Python would refuse it as a key of a dict. */
  boolean isContainer(Call call) {
    Kind kind = kind(call);
    return kind == Kind.LIST || kind == Kind.SET || kind == Kind.DICT || kind == Kind.ORDERED_DICT;
  }

  private boolean is(Call call, Kind one, Kind other) {
    Kind kind = kind(call);
    return kind == one || kind == other;
  }

  private Kind kind(Call call) {
    if (!(call.callable() instanceof Global global)) {
      return Kind.OPAQUE;
    }
    Kind kind = kinds.computeIfAbsent(global, CallRules::kind);
    boolean meant = kind == Kind.OPAQUE || PickleNames.isPlain(call, global);
    return meant ? kind : Kind.OPAQUE;
  }

  private static Kind kind(Global global) {
    String name = PythonNames.canonical(global).toString();
    if (PickleNames.isRebuild(PythonNames.canonical(global))) {
      return Kind.CLOSED;
    }
    boolean tensor = PickleNames.isTensorClass(PythonNames.canonical(global));
    if (tensor || PickleNames.meaning(global) != Meaning.DATA) {
      return Kind.OPAQUE;
    }
    return switch (name) {
      case "collections.deque", "builtins.list" -> Kind.LIST;
      case "builtins.set" -> Kind.SET;
      case "collections.OrderedDict" -> Kind.ORDERED_DICT;
      case "collections.defaultdict", "collections.Counter", "builtins.dict" -> Kind.DICT;
      default -> STATEFUL.contains(name) ? Kind.STATEFUL : Kind.CLOSED;
    };
  }
}
