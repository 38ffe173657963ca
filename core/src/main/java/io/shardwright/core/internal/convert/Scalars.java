package io.shardwright.core.internal.convert;

import java.math.BigDecimal;

/** Compares scalars by their values: {@code 1e-05} is {@code 0.00001}, {@code 1} is {@code 1.0}. */
final class Scalars {
  private static final String NUMBER = "[-+]?[0-9]+(\\.[0-9]*)?([eE][-+]?[0-9]{1,4})?";

  private Scalars() {}

  static boolean equal(String one, String other) {
    if (one.equalsIgnoreCase(other)) {
      return true;
    }
    return one.matches(NUMBER)
        && other.matches(NUMBER)
        && new BigDecimal(one).compareTo(new BigDecimal(other)) == 0;
  }

  /** A number as YAML 1.1 reads one: a mantissa with a point, an exponent with a sign. */
  static String yaml(String text) {
    if (!text.matches(NUMBER) || text.matches("[-+]?[0-9]+")) {
      return text;
    }
    String number = text.replace("E", "e");
    String mantissa = number.contains("e") ? number.substring(0, number.indexOf('e')) : number;
    if (!number.contains("e")) {
      return number;
    }
    String exponent = number.substring(number.indexOf('e') + 1);
    String digits = exponent.replaceFirst("^[-+]", "");
    String signed =
        (exponent.startsWith("-") ? "-" : "+") + (digits.length() < 2 ? "0" + digits : digits);
    return (mantissa.contains(".") ? mantissa : mantissa + ".0") + "e" + signed;
  }
}
