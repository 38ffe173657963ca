package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The Python names of a pickle, each of them one value however often it is written. */
final class PickleGlobals {
  private static final int COST = 112;

  private final PickleCursor cursor;

  /** What each that is written means. */
  private final Map<Global, Global> known = new LinkedHashMap<>();

  PickleGlobals(PickleCursor cursor) {
    this.cursor = cursor;
  }

  /** The name that two lines write. */
  Global line() {
    return of(text(cursor.line()), text(cursor.line()));
  }

  private String text(byte[] line) {
    return Utf8.decode(line).orElseThrow(() -> cursor.malformed("a name that is not UTF-8"));
  }

  /** The name that two values on the stack write. */
  Global of(PickleValue module, PickleValue name) {
    if (!(name instanceof Text n && module instanceof Text m)) {
      throw cursor.malformed("a global whose name is not text");
    }
    return of(m.value(), n.value());
  }

  /**
   * A name. One with a line's end in it would be another program when it is written again as a
   * line.
   */
  private Global of(String module, String name) {
    Global written = new Global(module, name);
    Global seen = known.get(written);
    if (seen != null) {
      return seen;
    }
    boolean odd =
        (module + name).chars().anyMatch(c -> c <= ' ' || c == 0x7f || c >= 0xd800 && c <= 0xdfff);
    if (odd || module.isEmpty() || name.isEmpty()) {
      throw cursor.malformed("a global whose module or name is not an identifier");
    }
    cursor.keep(COST + 2L * (module.length() + name.length()));
    Global global = PythonNames.fromPython2(module, name);
    known.put(written, global);
    return global;
  }

  /** All of them, in the pickle's order. */
  Set<Global> all() {
    return Collections.unmodifiableSet(new LinkedHashSet<>(known.values()));
  }
}
