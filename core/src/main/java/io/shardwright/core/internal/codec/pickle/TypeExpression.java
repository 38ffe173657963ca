package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Recognizes types as in annotations, which Python pickles as calls of names that raise an alarm
 * elsewhere: {@code List[int]} as {@code operator.getitem(typing.List, int)}, {@code int | str} as
 * {@code functools.reduce(operator.or_, (int, str))} (CPython 3.11, {@code Lib/typing.py} and
 * {@code Lib/copyreg.py}). OmegaConf's structured configurations hold them. A string is not
 * accepted as a part of a type: {@code typing} would run it as code.
 */
final class TypeExpression {
  private static final int DEEPEST = 8;
  private static final int MOST = 64;
  private static final Set<String> MODULES = Set.of("typing", "typing_extensions");
  private static final Set<String> SUBSCRIPT = Set.of("operator.getitem", "_operator.getitem");
  private static final Set<String> REDUCE =
      Set.of("functools.reduce", "_functools.reduce", "builtins.reduce");
  private static final Set<String> UNION = Set.of("operator.or_", "_operator.or_");

  /** A class; a constant in capitals may be a table of functions. */
  private static final Pattern CLASS = Pattern.compile("[A-Z](\\w*[a-z]\\w*)?");

  private TypeExpression() {}

  /** Whether a call does nothing but to make a type of harmless parts. */
  static boolean is(Call call) {
    return is(call, 0);
  }

  private static boolean is(Call call, int depth) {
    List<PickleValue> args = ((Tuple) call.args()).items();
    if (call.kind() != Call.Kind.REDUCE
        || !(call.callable() instanceof Global function)
        || args.size() != 2
        || !(args.get(0) instanceof Global first)) {
      return false;
    }
    if (REDUCE.contains(function.toString())) {
      return UNION.contains(first.toString())
          && args.get(1) instanceof Tuple
          && isPart(args.get(1), depth);
    }
    boolean typing = MODULES.contains(first.module());
    return SUBSCRIPT.contains(function.toString())
        && (typing || PickleNames.meaning(first) != Meaning.DANGEROUS)
        && (typing && first.name().equals("IO") || CLASS.matcher(first.name()).matches())
        && (isPart(args.get(1), depth) || typing && holdsValues(first, args.get(1), depth));
  }

  /** {@code Literal['a', 1]} holds values, {@code Annotated[int, 'a']} one type and values. */
  private static boolean holdsValues(Global form, PickleValue given, int depth) {
    return form.name().equals("Literal")
        || form.name().equals("Annotated")
            && given instanceof Tuple parts
            && !parts.items().isEmpty()
            && isPart(parts.items().get(0), depth);
  }

  private static boolean areParts(List<PickleValue> parts, int depth) {
    return depth < DEEPEST
        && parts.size() <= MOST
        && parts.stream().allMatch(part -> isPart(part, depth + 1));
  }

  private static boolean isPart(PickleValue value, int depth) {
    if (value instanceof Tuple tuple) {
      return areParts(tuple.items(), depth);
    }
    if (value instanceof Sequence list) {
      return areParts(list.items(), depth);
    }
    if (value instanceof Call call) {
      return call.calls("builtins", "type") && PickleNames.meaning(call) == Meaning.DATA
          || call.calls("types", "GenericAlias") && isPart(call.args(), depth)
          || depth < DEEPEST && is(call, depth + 1);
    }
    return value instanceof Global name && PickleNames.meaning(name) != Meaning.DANGEROUS;
  }
}
