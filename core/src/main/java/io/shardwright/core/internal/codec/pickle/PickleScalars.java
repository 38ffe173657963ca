package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Bytes;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Real;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.CheckpointException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The opcodes that push one plain value. */
record PickleScalars(PickleCursor cursor) {
  private static final int OBJECT = 24;
  private static final int INTEGER = 80;
  private static final int TEXT = 64;
  private static final int LONG_TEXT = 1 << 16;

  /** Whether the opcode was one of these. */
  boolean read(int opcode, PickleStack<PickleValue> stack) {
    PickleValue value = value(opcode);
    if (value != null) {
      stack.push(value);
    }
    return value != null;
  }

  private PickleValue value(int opcode) {
    return switch (opcode) {
      case 'N' -> Constant.NONE;
      case 0x88 -> Constant.TRUE;
      case 0x89 -> Constant.FALSE;
      case 'I' -> booleanOrInteger(cursor.asciiLine());
      case 'J' -> small(cursor.i4());
      case 'K' -> small(cursor.u1());
      case 'M' -> small(cursor.u2());
      case 'L' -> integer(withoutSuffix(cursor.asciiLine()));
      case 0x8a -> longInteger(cursor.u1());
      case 0x8b -> longInteger(cursor.i4());
      case 'F' -> real(cursor.asciiLine());
      case 'G' -> real(cursor.bigEndianDouble());
      default -> textual(opcode);
    };
  }

  private PickleValue textual(int opcode) {
    return switch (opcode) {
      case 'S' -> quoted(cursor.line());
      case 'T' -> strict(cursor.text(cursor.i4()));
      case 'U' -> strict(cursor.text(cursor.u1()));
      case 'V' -> text(rawUnicode(new String(cursor.line(), StandardCharsets.ISO_8859_1)));
      case 'X' -> utf8(cursor.text(cursor.u4()));
      case 0x8c -> utf8(cursor.text(cursor.u1()));
      case 0x8d -> utf8(cursor.text(cursor.u8()));
      case 'B' -> bytes(cursor.u4(), false);
      case 'C' -> bytes(cursor.u1(), false);
      case 0x8e -> bytes(cursor.u8(), false);
      case 0x96 -> bytes(cursor.u8(), true);
      default -> null;
    };
  }

  private Int small(int value) {
    cursor.keep(INTEGER);
    return Int.of(value);
  }

  private Text text(String value) {
    cursor.keep(TEXT);
    return new Text(value);
  }

  private Bytes bytes(long length, boolean mutable) {
    cursor.keep(OBJECT);
    return new Bytes(cursor.text(length), mutable);
  }

  private PickleValue booleanOrInteger(String line) {
    return switch (line) {
      case "00" -> Constant.FALSE;
      case "01" -> Constant.TRUE;
      default -> integer(line);
    };
  }

  private static String withoutSuffix(String line) {
    return line.endsWith("L") ? line.substring(0, line.length() - 1) : line;
  }

  /** A decimal of at most 18 digits, as the text forms of PUT and GET have it. */
  long decimal(String line) {
    if (!line.matches("[0-9]{1,18}")) {
      throw cursor.malformed("a line where a memo cell's number is expected");
    }
    return Long.parseLong(line);
  }

  private Int integer(String line) {
    cursor.guard().require(Limit.INT_BYTES, line.length(), cursor.where());
    if (!line.matches("0|-?[1-9][0-9]*")) {
      throw cursor.malformed(
          "a decimal integer without leading zeros is expected, because some readers read those as"
              + " octal");
    }
    cursor.keep(INTEGER);
    return new Int(new BigInteger(line));
  }

  private PickleValue longInteger(int length) {
    byte[] little = cursor.bytes(length, Limit.INT_BYTES);
    byte[] big = new byte[little.length];
    for (int i = 0; i < little.length; i++) {
      big[i] = little[little.length - 1 - i];
    }
    cursor.keep(INTEGER);
    return new Int(big.length == 0 ? BigInteger.ZERO : new BigInteger(big));
  }

  private Real real(double value) {
    cursor.keep(OBJECT);
    return new Real(value);
  }

  private PickleValue real(String line) {
    cursor.guard().require(Limit.INT_BYTES, line.length(), cursor.where());
    try {
      return real(
          switch (line) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> Double.parseDouble(decimalText(line));
          });
    } catch (NumberFormatException bad) {
      throw cursor.malformed("a decimal number is expected");
    }
  }

  /** Java's own spellings, such as {@code 1d} and {@code 0x1p3}, are none of Python's. */
  private String decimalText(String line) {
    if (!line.matches("[+-]?[0-9]*\\.?[0-9]*([eE][+-]?[0-9]{1,4})?")) {
      throw cursor.malformed("a decimal number is expected");
    }
    return line;
  }

  private PickleValue quoted(byte[] line) {
    int last = line.length - 1;
    boolean quotes =
        line.length >= 2 && (line[0] == '\'' || line[0] == '"') && line[last] == line[0];
    byte[] inner = quotes ? Arrays.copyOfRange(line, 1, last) : line;
    if (!quotes || new String(inner, StandardCharsets.ISO_8859_1).indexOf('\\') >= 0) {
      throw cursor.malformed("a quoted string without escapes is expected");
    }
    return strict(inner);
  }

  /** Python 2's str, in the encoding that {@code torch.load} asks for. */
  private PickleValue strict(byte[] bytes) {
    return text(Utf8.strict(bytes).orElseThrow(this::noText));
  }

  private CheckpointException noText() {
    return cursor.malformed("text that is not UTF-8");
  }

  private PickleValue utf8(byte[] bytes) {
    long decoding = bytes.length < LONG_TEXT ? 0 : 3L * bytes.length;
    cursor.keep(decoding);
    String text = Utf8.decode(bytes).orElseThrow(this::noText);
    cursor.guard().giveBack(decoding);
    return text(text);
  }

  /**
   * Python's raw-unicode-escape: Latin-1 with {@code \\uXXXX} and {@code \\UXXXXXXXX}. A backslash
   * before anything else stands for itself, and so does what follows it.
   */
  private String rawUnicode(String line) {
    var text = new StringBuilder();
    for (int at = 0; at < line.length(); at++) {
      char next = at + 1 < line.length() ? line.charAt(at + 1) : ' ';
      if (line.charAt(at) != '\\' || next != 'u' && next != 'U') {
        text.append(line.charAt(at));
        if (line.charAt(at) == '\\' && at + 1 < line.length()) {
          text.append(line.charAt(++at));
        }
        continue;
      }
      int digits = next == 'u' ? 4 : 8;
      append(text, codePoint(line, at + 2, digits));
      at += 1 + digits;
    }
    return text.toString();
  }

  private int codePoint(String line, int from, int digits) {
    int end = from + digits;
    if (end <= line.length() && line.substring(from, end).matches("[0-9a-fA-F]+")) {
      long value = Long.parseLong(line.substring(from, end), 16);
      if (value <= Character.MAX_CODE_POINT) {
        return (int) value;
      }
    }
    throw cursor.malformed("an escape that is not a character");
  }

  /** Two escaped halves stay two in Python; here they would become one character. */
  private void append(StringBuilder text, int codePoint) {
    boolean second =
        codePoint >= Character.MIN_LOW_SURROGATE && codePoint <= Character.MAX_LOW_SURROGATE;
    if (second && text.length() > 0 && Character.isHighSurrogate(text.charAt(text.length() - 1))) {
      throw cursor.malformed("text with surrogate halves");
    }
    text.appendCodePoint(codePoint);
  }
}
