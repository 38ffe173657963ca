package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/** Writes opcodes and their arguments, and numbers memo cells. */
public final class PickleOutput {
  private static final int SHORT = 256;

  private static final int BLOCK = 1 << 13;

  private final boolean counting;
  private byte[] out = new byte[BLOCK];
  private long size;
  private final Map<PickleValue, Integer> memo = new IdentityHashMap<>();
  private final Map<String, Text> texts = new HashMap<>();
  private final Map<Global, Global> globals = new HashMap<>();

  /**
   * The cells of texts that were pushed by name: a checkpoint's metadata asks millions of times.
   */
  private final Map<String, Integer> cells = new HashMap<>();

  /** An output that keeps what is written. */
  public PickleOutput() {
    this(false);
  }

  private PickleOutput(boolean counting) {
    this.counting = counting;
  }

  /** An output that counts bytes and keeps none. */
  public static PickleOutput counting() {
    return new PickleOutput(true);
  }

  /** What was written. */
  public byte[] bytes() {
    return Arrays.copyOf(out, (int) size);
  }

  /** How many bytes were written. */
  public long count() {
    return size;
  }

  /** Writes an opcode. */
  public PickleOutput op(int code) {
    if (!counting) {
      require(1);
      out[(int) size] = (byte) code;
    }
    size++;
    return this;
  }

  private void all(byte[] bytes) {
    if (!counting) {
      require(bytes.length);
      System.arraycopy(bytes, 0, out, (int) size, bytes.length);
    }
    size += bytes.length;
  }

  private void require(int more) {
    long least = size + more;
    if (least > out.length) {
      out = Arrays.copyOf(out, Math.toIntExact(Math.max(least, 2L * out.length)));
    }
  }

  PickleOutput line(String text) {
    all((text + "\n").getBytes(StandardCharsets.UTF_8));
    return this;
  }

  private void little(long value, int bytes) {
    if (counting) {
      size += bytes;
      return;
    }
    for (int i = 0; i < bytes; i++) {
      op((int) (value >>> 8 * i));
    }
  }

  void text(String text) {
    byte[] bytes = Utf8.encode(text);
    op('X').little(bytes.length, 4);
    all(bytes);
  }

  void real(double value) {
    op('G').little(Long.reverseBytes(Double.doubleToRawLongBits(value)), 8);
  }

  /** Writes a whole number. */
  public void integer(long value) {
    if (value == (int) value) {
      small((int) value);
    } else {
      longInteger(BigInteger.valueOf(value));
    }
  }

  void integer(BigInteger value) {
    if (value.bitLength() > 31) {
      longInteger(value);
      return;
    }
    small(value.intValue());
  }

  private void small(int number) {
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
      op(big[i]);
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
    if (cell != null) {
      recall((int) cell);
    }
    return cell != null;
  }

  private void recall(int cell) {
    op(cell < SHORT ? 'h' : 'j').little(cell, cell < SHORT ? 1 : 4);
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
    if (recall(name)) {
      return this;
    }
    Global known = shared(name);
    if (!recall(known)) {
      op('c').line(known.module()).line(known.name());
      memoize(known);
    }
    return this;
  }

  /** Pushes a text: by its cell where it was written before. */
  public PickleOutput name(String text) {
    Integer cell = cells.get(text);
    if (cell != null) {
      recall((int) cell);
      return this;
    }
    Text known = shared(text);
    if (!recall(known)) {
      text(text);
      memoize(known);
    }
    cells.put(text, memo.get(known));
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
