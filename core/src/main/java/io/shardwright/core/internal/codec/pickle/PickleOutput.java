package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/** Writes opcodes and their arguments, and numbers memo cells. */
public final class PickleOutput {
  private static final int SHORT = 256;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Map<PickleValue, Integer> memo = new IdentityHashMap<>();
  private final Map<String, Text> texts = new HashMap<>();
  private final Map<Global, Global> globals = new HashMap<>();

  /** What was written. */
  public byte[] bytes() {
    return out.toByteArray();
  }

  /** Writes an opcode. */
  public PickleOutput op(int code) {
    out.write(code);
    return this;
  }

  PickleOutput line(String text) {
    out.writeBytes((text + "\n").getBytes(StandardCharsets.UTF_8));
    return this;
  }

  private void little(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> 8 * i));
    }
  }

  void text(String text) {
    byte[] bytes = Utf8.encode(text);
    op('X').little(bytes.length, 4);
    out.writeBytes(bytes);
  }

  void real(double value) {
    op('G').little(Long.reverseBytes(Double.doubleToRawLongBits(value)), 8);
  }

  /** Writes a whole number. */
  public void integer(long value) {
    integer(BigInteger.valueOf(value));
  }

  void integer(BigInteger value) {
    if (value.bitLength() > 31) {
      longInteger(value);
      return;
    }
    int number = value.intValue();
    if (number >= 0 && number < SHORT) {
      op('K').little(number, 1);
    } else if (number >= 0 && number < 1 << 16) {
      op('M').little(number, 2);
    } else {
      op('J').little(number, 4);
    }
  }

  private void longInteger(BigInteger value) {
    byte[] big = value.toByteArray();
    if (big.length < SHORT) {
      op(0x8a).little(big.length, 1);
    } else {
      op(0x8b).little(big.length, 4);
    }
    for (int i = big.length - 1; i >= 0; i--) {
      out.write(big[i]);
    }
  }

  boolean known(PickleValue value) {
    return memo.containsKey(value);
  }

  void memoize(PickleValue value) {
    int cell = memo.size();
    memo.put(value, cell);
    op(cell < SHORT ? 'q' : 'r').little(cell, cell < SHORT ? 1 : 4);
  }

  /** Pushes a value that was written before; false where it was not. */
  boolean recall(PickleValue value) {
    Integer cell = memo.get(value);
    if (cell == null) {
      return false;
    }
    op(cell < SHORT ? 'h' : 'j').little(cell, cell < SHORT ? 1 : 4);
    return true;
  }

  /** Takes a tuple's items off the stack again. */
  void forget(int items) {
    if (items > 3) {
      op('1');
    } else {
      for (int i = 0; i < items; i++) {
        op('0');
      }
    }
  }

  /** Pushes a name: by its cell where it was written before. */
  public PickleOutput name(Global name) {
    Global known = shared(name);
    if (!recall(known)) {
      op('c').line(known.module()).line(known.name());
      memoize(known);
    }
    return this;
  }

  /** Pushes a text: by its cell where it was written before. */
  public PickleOutput name(String text) {
    Text known = shared(text);
    if (!recall(known)) {
      text(text);
      memoize(known);
    }
    return this;
  }

  /** One object for each global. */
  Global shared(Global global) {
    return globals.computeIfAbsent(global, g -> g);
  }

  /** One object for each text that the writer itself brings in. */
  Text shared(String text) {
    return texts.computeIfAbsent(text, Text::new);
  }
}
