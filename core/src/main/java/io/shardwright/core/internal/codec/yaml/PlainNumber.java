package io.shardwright.core.internal.codec.yaml;

import java.math.BigInteger;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads numbers of YAML 1.1 as PyYAML and OmegaConf do: {@code 020} is octal, {@code 0b10} binary,
 * {@code 0x4} hexadecimal, {@code 1_6} has its digits in groups, {@code 1:30} is of base 60 (PyYAML
 * 6.0, {@code resolver.py} and {@code constructor.py}; OmegaConf 2.3 and 2.4, the same file of
 * either).
 */
final class PlainNumber {
  /** What is an integer where it is not quoted. */
  static final Pattern INTEGER =
      Pattern.compile(
          "[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+"
              + "|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+");

  /** What is a floating-point number where it is not quoted. */
  static final Pattern REAL =
      Pattern.compile(
          "[-+]?[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+(?:_[0-9]+)*[eE][-+]?[0-9]+"
              + "|\\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*"
              + "|[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)");

  private static final BigInteger SIXTY = BigInteger.valueOf(60);

  private PlainNumber() {}

  /** What a scalar says; numbers in decimal digits. */
  static String text(ScalarNode scalar) {
    String written = scalar.getValue();
    if (written.length() > PlainResolver.LONGEST) {
      return written;
    }
    if (scalar.getTag().equals(Tag.INT) && INTEGER.matcher(written).matches()) {
      return integer(written.replace("_", ""), written);
    }
    boolean real = scalar.getTag().equals(Tag.FLOAT) && REAL.matcher(written).matches();
    return real ? real(written.replace("_", "")) : written;
  }

  private static String integer(String digits, String written) {
    boolean negative = digits.startsWith("-");
    String plain = digits.startsWith("-") || digits.startsWith("+") ? digits.substring(1) : digits;
    try {
      BigInteger value = magnitude(plain);
      return (negative ? value.negate() : value).toString();
    } catch (NumberFormatException noDigits) {
      return written; // such as 0x_, which PyYAML refuses
    }
  }

  private static BigInteger magnitude(String plain) {
    if (plain.startsWith("0b")) {
      return new BigInteger(plain.substring(2), 2);
    }
    if (plain.startsWith("0x")) {
      return new BigInteger(plain.substring(2), 16);
    }
    if (plain.indexOf(':') >= 0) {
      BigInteger value = BigInteger.ZERO;
      for (String part : plain.split(":")) {
        value = value.multiply(SIXTY).add(new BigInteger(part));
      }
      return value;
    }
    return new BigInteger(plain, plain.startsWith("0") ? 8 : 10);
  }

  private static String real(String plain) {
    if (plain.indexOf(':') < 0) {
      return plain;
    }
    double value = 0;
    for (String part : plain.replaceAll("^[-+]", "").split(":")) {
      value = value * 60 + Double.parseDouble(part);
    }
    return PythonFloat.repr(plain.startsWith("-") ? -value : value);
  }
}
