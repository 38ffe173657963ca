package io.shardwright.hostile;

import static io.shardwright.hostile.Safetensors.of;
import static io.shardwright.hostile.Safetensors.tensor;

import io.shardwright.spi.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/** Headers that don't say what their file is. */
final class SafetensorsCases {
  private static final ErrorCode BAD = ErrorCode.SAFETENSORS_MALFORMED;
  private static final ErrorCode JSON = ErrorCode.JSON_MALFORMED;
  private static final byte[] DATA = Octets.floats(1, 2, 3);
  private static final String W = tensor("w", "F32", "[3]", 0, 12);
  private final List<Case> cases = new ArrayList<>();

  private SafetensorsCases() {}

  static List<Case> all() {
    var cases = new SafetensorsCases();
    cases.lengths();
    cases.syntax();
    cases.values();
    cases.spans();
    cases.bombs();
    return cases.cases;
  }

  private void refused(String name, byte[] file, ErrorCode... codes) {
    cases.add(Case.refused(name, Case.file("case.safetensors", file), codes));
  }

  private void header(String name, String header, ErrorCode... codes) {
    refused(name, of(header, DATA), codes);
  }

  private void lengths() {
    byte[] whole = of("{" + W + "}", DATA);
    for (long length : new long[] {0, 1, 1L << 20, 1L << 40, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      byte[] file = whole.clone();
      System.arraycopy(new Octets().u8(length).array(), 0, file, 0, 8);
      refused("a header of " + length + " bytes", file);
    }
    refused("seven bytes", java.util.Arrays.copyOf(whole, 7));
    refused("a header cut short", java.util.Arrays.copyOf(whole, 40));
    refused("data cut short", java.util.Arrays.copyOf(whole, whole.length - 1), BAD);
    refused("a byte too many", java.util.Arrays.copyOf(whole, whole.length + 1), BAD);
    refused(
        "an archive behind the data",
        new Octets()
            .bytes(whole)
            .bytes(Zip.torch(Pickle.stateDict(3, p -> {}), DATA).bytes())
            .array(),
        BAD);
  }

  private void syntax() {
    header("a space before the header", " {" + W + "}");
    header("padding with tabs", "{" + W + "}\t", BAD);
    header("padding with NUL", "{" + W + "}\0", BAD);
    header("padding with line ends", "{" + W + "}\n", BAD);
    header("two objects", "{" + W + "}{}", JSON);
    header("a comma too many", "{" + W + ",}", JSON);
    header("a comment", "{/*x*/" + W + "}", JSON);
    header("single quotes", "{" + W.replace('"', '\'') + "}", JSON);
    header("a list", "[" + W + "]");
    header("a name without quotes", "{w:1}", JSON);
    header("NaN", "{\"w\":NaN}", JSON);
    header("a bare control character", "{\"a\nb\":1}", JSON);
    header("an unknown escape", "{\"\\x41\":1}", JSON);
    refused("a header that is not UTF-8", of(Octets.latin("{\"\u00ff\":1}"), DATA), JSON);
    refused("a header with a mark of its encoding", of("\ufeff{" + W + "}", DATA));
    refused(
        "a header in UTF-16",
        of(("{" + W + "}").getBytes(java.nio.charset.StandardCharsets.UTF_16LE), DATA));
    header("the same name twice", "{" + tensor("w", "F32", "[3]", 0, 12) + "," + W + "}", JSON);
    header(
        "the same name twice, once escaped",
        "{" + W + "," + tensor("\\u0077", "F32", "[3]", 0, 12) + "}",
        JSON);
    header(
        "the same field twice",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[3],\"shape\":[3],\"data_offsets\":[0,12]}}",
        JSON);
    // Jackson refuses it from 2.23 on.
    String half = tensor("\\ud800", "F32", "[3]", 0, 12);
    header("half a character as a name", "{" + half + "}", BAD, JSON);
    header(
        "lists 1,000 deep",
        "{\"w\":" + "[".repeat(1_000) + "]".repeat(1_000) + "}",
        ErrorCode.LIMIT_EXCEEDED);
    header(
        "lists 100,000 deep",
        "{\"w\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}",
        ErrorCode.LIMIT_EXCEEDED);
    header("a number of 5,000 digits", "{\"w\":" + "9".repeat(5_000) + "}");
  }

  private void values() {
    header("an empty header with data", "{}", BAD);
    header("no shape", "{\"w\":{\"dtype\":\"F32\",\"data_offsets\":[0,12]}}", BAD);
    header("no dtype", "{\"w\":{\"shape\":[3],\"data_offsets\":[0,12]}}");
    header("no offsets", "{\"w\":{\"dtype\":\"F32\",\"shape\":[3]}}", BAD);
    header("a tensor that is a number", "{\"w\":3}", BAD);
    header("a tensor that is null", "{\"w\":null}", BAD);
    for (String dtype : new String[] {"F31", "f32", "", "C128", "OBJECT", "F32 "}) {
      header(
          "the dtype '" + dtype + "'",
          "{" + tensor("w", dtype, "[3]", 0, 12) + "}",
          ErrorCode.UNSUPPORTED);
    }
    for (String narrow : new String[] {"F4", "F6_E2M3", "F6_E3M2"}) {
      header("3 elements of " + narrow, "{" + tensor("w", narrow, "[3]", 0, 12) + "}", BAD);
      header(
          "elements of " + narrow + " without end",
          "{" + tensor("w", narrow, "[4611686018427387904]", 0, 12) + "}");
    }
    for (String shape :
        new String[] {
          "[3.0]",
          "[3e0]",
          "[-3]",
          "[-0]",
          "[\"3\"]",
          "[null]",
          "[true]",
          "3",
          "[[3]]",
          "[3,]",
          "[99999999999999999999]",
          "[9223372036854775808]",
          "[03]",
          "[+3]",
          "[0x3]",
          "{}"
        }) {
      header("the shape " + shape, "{" + tensor("w", "F32", shape, 0, 12) + "}");
    }
    header(
        "a shape that wraps to 3",
        "{" + tensor("w", "F32", "[4611686018427387905,4,3]", 0, 12) + "}");
    header(
        "a shape that wraps to 0", "{" + tensor("w", "F32", "[4294967296,4294967296]", 0, 0) + "}");
    header(
        "no elements along 2^60",
        "{" + tensor("z", "F32", "[0,1152921504606846976]", 0, 0) + "," + W + "}");
    header(
        "65 axes",
        "{" + tensor("w", "F32", "[" + "1,".repeat(64) + "3]", 0, 12) + "}",
        ErrorCode.LIMIT_EXCEEDED);
    header("a shape of other bytes", "{" + tensor("w", "F32", "[4]", 0, 12) + "}", BAD);
    header("an element type of other bytes", "{" + tensor("w", "F64", "[3]", 0, 12) + "}", BAD);
    header("metadata that is a list", "{\"__metadata__\":[]," + W + "}", BAD);
    header("metadata of numbers", "{\"__metadata__\":{\"a\":1}," + W + "}", BAD);
    header("metadata of metadata", "{\"__metadata__\":{\"a\":{}}," + W + "}", BAD);
  }

  private void spans() {
    header("offsets the wrong way round", "{" + tensor("w", "F32", "[3]", 12, 0) + "}", BAD);
    header("offsets past the end", "{" + tensor("w", "F32", "[4]", 0, 16) + "}", BAD);
    header(
        "offsets of 2^62", "{" + tensor("w", "F32", "[3]", 1L << 62, (1L << 62) + 12) + "}", BAD);
    header("offsets below 0", "{" + tensor("w", "F32", "[3]", -12, 0) + "}", BAD);
    header(
        "three offsets",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12,12]}}",
        BAD);
    header("one offset", "{\"w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0]}}", BAD);
    header(
        "offsets that are fractions",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0.0,12.0]}}",
        BAD);
    header(
        "an overlap",
        "{" + tensor("a", "F32", "[2]", 0, 8) + "," + tensor("b", "F32", "[2]", 4, 12) + "}",
        BAD);
    header("two tensors in one place", "{" + W + "," + tensor("v", "F32", "[3]", 0, 12) + "}", BAD);
    header("a hole at the start", "{" + tensor("w", "F32", "[2]", 4, 12) + "}", BAD);
    header(
        "a hole in the middle",
        "{" + tensor("a", "F32", "[1]", 0, 4) + "," + tensor("b", "F32", "[1]", 8, 12) + "}",
        BAD);
    header("a hole at the end", "{" + tensor("w", "F32", "[2]", 0, 8) + "}", BAD);
  }

  private void bombs() {
    var many = new StringBuilder("{");
    for (int i = 0; i < 5_000; i++) {
      many.append(tensor("t" + i, "F32", "[0]", 0, 0)).append(',');
    }
    cases.add(Case.either("5,000 tensors of nothing", of(many + W + "}", DATA)));
    header("four million numbers", "{\"w\":[" + "1,".repeat(4_000_000) + "1]}");
    header("names of 10 MB", "{\"" + "n".repeat(10 << 20) + "\":1}");
  }
}
