package io.shardwright.core.internal.codec.yaml;

import java.math.BigDecimal;
import java.util.Locale;

/** Formats floating-point numbers as Python does in YAML. */
public final class PythonFloat {
  private static final int DIGITS = 17;

  private PythonFloat() {}

  /** Python's {@code repr}: the shortest digits that give the same number back. */
  public static String repr(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    String shortest = shortest(value);
    int exponent = Integer.parseInt(shortest.substring(shortest.indexOf('e') + 1));
    if (exponent >= -4 && exponent < 16) {
      String plain = new BigDecimal(shortest).toPlainString();
      return plain.contains(".") ? plain : plain + ".0";
    }
    String digits = shortest.substring(0, shortest.indexOf('e'));
    return String.format(
        Locale.ROOT, "%se%s%02d", digits, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  private static String shortest(double value) {
    String text = "";
    for (int precision = 0; precision < DIGITS; precision++) {
      text = String.format(Locale.ROOT, "%." + precision + "e", value);
      if (Double.parseDouble(text) == value) {
        break;
      }
    }
    return text;
  }

  /** PyYAML's spelling: a mantissa always has a point. */
  static String yaml(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.isNaN(value) ? ".nan" : value > 0 ? ".inf" : "-.inf";
    }
    String text = repr(value);
    return text.contains("e") && !text.contains(".") ? text.replace("e", ".0e") : text;
  }
}
