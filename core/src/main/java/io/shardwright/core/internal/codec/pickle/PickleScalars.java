package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Bytes;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Real;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** The opcodes that push one plain value. */
final class PickleScalars {
  private final PickleCursor cursor;
  private final PickleLimits limits;

  PickleScalars(PickleCursor cursor, PickleLimits limits) {
    this.cursor = cursor;
    this.limits = limits;
  }

  /** Whether the opcode was one of these. */
  boolean read(int opcode, PickleStack stack) {
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
      case 'I' -> booleanOrInteger(cursor.line());
      case 'J' -> Int.of(cursor.i4());
      case 'K' -> Int.of(cursor.u1());
      case 'M' -> Int.of(cursor.u2());
      case 'L' -> new Int(integer(cursor.line().replaceFirst("L$", "")));
      case 0x8a -> longInteger(cursor.u1());
      case 0x8b -> longInteger(cursor.i4());
      case 'F' -> real(cursor.line());
      case 'G' -> new Real(cursor.bigEndianDouble());
      default -> textual(opcode);
    };
  }

  private PickleValue textual(int opcode) {
    return switch (opcode) {
      case 'S' -> quoted(cursor.line());
      case 'T' -> latin(cursor.text(cursor.i4()));
      case 'U' -> latin(cursor.text(cursor.u1()));
      case 'V' -> new Text(rawUnicode(cursor.line()));
      case 'X' -> utf8(cursor.text(cursor.u4()));
      case 0x8c -> utf8(cursor.text(cursor.u1()));
      case 0x8d -> utf8(cursor.text(cursor.u8()));
      case 'B' -> new Bytes(cursor.text(cursor.u4()), false);
      case 'C' -> new Bytes(cursor.text(cursor.u1()), false);
      case 0x8e -> new Bytes(cursor.text(cursor.u8()), false);
      case 0x96 -> new Bytes(cursor.text(cursor.u8()), true);
      default -> null;
    };
  }

  private PickleValue booleanOrInteger(String line) {
    return switch (line) {
      case "00" -> Constant.FALSE;
      case "01" -> Constant.TRUE;
      default -> new Int(integer(line));
    };
  }

  /** A decimal of at most 18 digits, as the text forms of PUT and GET have it. */
  long decimal(String line) {
    if (!line.matches("[0-9]{1,18}")) {
      throw cursor.malformed("'" + line + "' where a memo cell's number is expected");
    }
    return Long.parseLong(line);
  }

  private BigInteger integer(String line) {
    if (line.length() > limits.integerBytes() || !line.matches("[+-]?[0-9]+")) {
      throw cursor.malformed("a decimal integer is expected");
    }
    return new BigInteger(line);
  }

  private PickleValue longInteger(int length) {
    byte[] little = cursor.bytes(length, limits.integerBytes(), "--max-int-bytes");
    byte[] big = new byte[little.length];
    for (int i = 0; i < little.length; i++) {
      big[i] = little[little.length - 1 - i];
    }
    return new Int(big.length == 0 ? BigInteger.ZERO : new BigInteger(big));
  }

  private PickleValue real(String line) {
    try {
      return new Real(
          switch (line) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> Double.parseDouble(line);
          });
    } catch (NumberFormatException bad) {
      throw cursor.malformed("a decimal number is expected");
    }
  }

  private PickleValue quoted(String line) {
    boolean quotes =
        line.length() >= 2
            && (line.charAt(0) == '\'' || line.charAt(0) == '"')
            && line.charAt(line.length() - 1) == line.charAt(0);
    if (!quotes || line.indexOf('\\') >= 0) {
      throw cursor.malformed("a quoted string without escapes is expected");
    }
    return new Text(line.substring(1, line.length() - 1));
  }

  /** Python 2's str; it is ASCII in practice. */
  private static PickleValue latin(byte[] bytes) {
    return new Text(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  private PickleValue utf8(byte[] bytes) {
    return new Text(
        Utf8.decode(bytes).orElseThrow(() -> cursor.malformed("text that is not UTF-8")));
  }

  /** Latin-1 with {@code \\uXXXX} escapes. */
  private String rawUnicode(String line) {
    var text = new StringBuilder();
    for (int at = 0; at < line.length(); at++) {
      boolean escape = line.startsWith("\\u", at) && at + 6 <= line.length();
      if (escape && line.substring(at + 2, at + 6).matches("[0-9a-fA-F]{4}")) {
        text.append((char) Integer.parseInt(line.substring(at + 2, at + 6), 16));
        at += 5;
      } else {
        text.append(line.charAt(at));
      }
    }
    return text.toString();
  }
}
