package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The calls of {@code getattr} that every Python writes: a name within a class in protocols below 4
 * ({@code getattr(Model, 'forward')}), and a method of an object ({@code getattr(model,
 * 'forward')}; CPython 3.11, {@code Lib/pickle.py} and {@code method_reduce}).
 */
final class InertCalls {
  private static final Global GETATTR = new Global("builtins", "getattr");
  private static final Global TYPE = new Global("builtins", "type");
  private static final Pattern ATTRIBUTE = Pattern.compile("(?!__)[A-Za-z_][A-Za-z0-9_]{0,100}");
  private static final int LONGEST = 1_000;
  private static final int DEEPEST = 16;

  private InertCalls() {}

  /** The name that a value is, as protocol 4 writes it: {@code getattr(m.A, 'b')} is m.A.b. */
  static Optional<Global> name(PickleValue value) {
    String attributes = "";
    PickleValue object = value;
    for (int i = 0; i < DEEPEST && object instanceof Call call && isGetattr(call); i++) {
      attributes = "." + ((Text) args(call).get(1)).value() + attributes;
      object = args(call).get(0);
    }
    if (!(object instanceof Global global) || attributes.isEmpty()) {
      return object instanceof Global global ? Optional.of(global) : Optional.empty();
    }
    return global.name().length() > LONGEST
        ? Optional.empty()
        : Optional.of(new Global(global.module(), global.name() + attributes));
  }

  /** Whether it takes a method of an object that is data, or of an unknown class. */
  static boolean bindsMethod(Call call) {
    if (!isGetattr(call)) {
      return false;
    }
    PickleValue object = args(call).get(0);
    boolean made =
        !(object instanceof Call owner)
            || name(owner.callable()).filter(InertCalls::hasHarmlessMethods).isPresent();
    return made && !(object instanceof Global || object instanceof PersistentId);
  }

  /** The methods of a path delete and write files. */
  private static boolean hasHarmlessMethods(Global type) {
    return PickleNames.meaning(type) != Meaning.DANGEROUS && !type.module().startsWith("pathlib");
  }

  /** Whether it takes an object's class and sets its attributes. */
  static boolean changesClass(Call call) {
    return TYPE.equals(call.callable()) && call.state() != null;
  }

  private static boolean isGetattr(Call call) {
    return call.kind() == Call.Kind.REDUCE
        && GETATTR.equals(call.callable())
        && args(call).size() == 2
        && args(call).get(1) instanceof Text attribute
        && attribute.value().length() <= LONGEST
        && ATTRIBUTE.matcher(attribute.value()).matches();
  }

  private static List<PickleValue> args(Call call) {
    return ((Tuple) call.args()).items();
  }
}
