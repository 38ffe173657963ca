package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import io.shardwright.core.outline.SafeText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that a file says can steer a terminal, turn text around, or pass for a line of ours. */
class PrintableTest {
  private static final String PLAIN = "\u00e9\u4e2d\ud83d\ude00";

  /** C0, C1, DEL, overrides, isolates, separators, invisible signs, and what is no character. */
  private static final List<String> ODD =
      texts(
          0, 7, 8, 9, 0xa, 0xd, 0x1b, 0x7f, 0x80, 0x85, 0x9b, 0xad, 0x61c, 0x200b, 0x200f, 0x2028,
          0x2029, 0x202e, 0x2066, 0x2069, 0xfdd0, 0xfeff, 0xfff9, 0xffff, 0x1d173, 0xe0041,
          0x10ffff);

  @TempDir Path folder;

  private static List<String> texts(int... codePoints) {
    return java.util.Arrays.stream(codePoints).mapToObj(Character::toString).toList();
  }

  /** A file with a tensor for each of these in its name. */
  private Path tensors(String file, List<String> odd) throws IOException {
    var header = new StringBuilder("{");
    for (int i = 0; i < odd.size(); i++) {
      header.append(i == 0 ? "\"" : ",\"");
      String name = "a" + odd.get(i) + "[31m\nerror: SW-999 " + PLAIN;
      name.chars().forEach(c -> header.append(String.format("\\u%04x", c)));
      String place = 4 * i + "," + (4 * i + 4);
      header.append("\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[" + place + "]}");
    }
    byte[] text = header.append('}').toString().getBytes(StandardCharsets.US_ASCII);
    var length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length);
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(length.array());
    bytes.writeBytes(text);
    bytes.writeBytes(new byte[4 * odd.size()]);
    return Files.write(folder.resolve(file), bytes.toByteArray());
  }

  private static void assertPrintable(String text, String besides) {
    text.codePoints()
        .forEach(
            c ->
                assertTrue(
                    SafeText.printable(c) || besides.indexOf(c) >= 0,
                    () -> String.format("U+%04X in %s", c, text)));
    assertTrue(text.lines().noneMatch(line -> line.startsWith("error: SW-999")), text);
  }

  private static Run run(Object... command) {
    Run run = Run.of(command);
    assertPrintable(run.out(), "\n\t");
    assertPrintable(run.err(), "\n");
    return run;
  }

  @Test
  void whateverNamesHoldIsShownAndNeverSent() throws IOException {
    Path odd = tensors("odd\u001b[31m\u007f\nerror: SW-999.safetensors", ODD);
    Path other = tensors("other.safetensors", ODD);
    byte[] bytes = Files.readAllBytes(other);
    bytes[bytes.length - 1] = 1;
    Files.write(other, bytes);
    for (String json : List.of("--no-progress", "--json")) {
      Run inspected = run("inspect", odd, "--tensors", json);
      assertEquals(0, inspected.code(), inspected.err());
      assertTrue(inspected.out().contains(PLAIN), inspected.out());
      assertEquals(0, run("verify", odd, "--sums", "--values", json).code());
      assertEquals(1, run("diff", odd, other, json).code());
      run("convert", odd, folder.resolve("out" + json), "--to", "safetensors", json);
      run("reshard", odd, folder.resolve("out.nemo"), json);
      run("inspect", folder.resolve("none\u0007\nerror: SW-999"), json);
      run("inspect", odd, "--\u009b\nerror: SW-999", json);
    }
    assertEquals(ODD.size(), run("verify", odd, "--sums").out().lines().count());
  }

  @Test
  void aLoneSurrogateIsShownWhereverItIsRead() throws IOException {
    Path odd = tensors("odd.safetensors", texts(0xd800, 0xdc00));
    for (String option : List.of("--tensors", "--json", "--logical")) {
      run("inspect", odd, option);
    }
    run("verify", odd, "--sums");
  }

  @Test
  void jsonSaysTheSameWithEscapes() throws IOException {
    var all = new ArrayList<>(ODD);
    all.addAll(List.of(String.join("", ODD), "\ud800", "x\udc00y", PLAIN));
    for (String odd : all) {
      assertPrintable(Json.object(Map.of(odd, odd)), "\n");
      // Half a character as a key is written, but Jackson refuses to read it from 2.23 on.
      String key = StandardCharsets.UTF_8.newEncoder().canEncode(odd) ? odd : PLAIN;
      try (var parser = new JsonFactory().createParser(Json.object(Map.of(key, odd)))) {
        assertEquals(JsonToken.START_OBJECT, parser.nextToken());
        parser.nextFieldName();
        parser.nextToken();
        assertEquals(key, parser.nextFieldName());
        assertEquals(odd, parser.nextTextValue());
      }
    }
  }

  @Test
  void outputThatCanNotBeWrittenIsAnError() throws IOException {
    String vit = Run.vit(folder).toString();
    String out = folder.resolve("out.nemo").toString();
    for (String[] command :
        List.of(
            new String[] {"inspect", vit, "--tensors"},
            new String[] {"verify", vit, "--json"},
            new String[] {"diff", vit, vit},
            new String[] {"reshard", vit, out},
            new String[] {"completion", "bash"},
            new String[] {"--help"})) {
      var err = new StringWriter();
      int code = Main.run(command, Run.screen(new PrintWriter(new Full()), new PrintWriter(err)));
      assertEquals(5, code, String.join(" ", command) + err);
      assertTrue(err.toString().contains("error: SW-402 standard output"), err.toString());
    }
    assertTrue(Files.exists(Path.of(out)), "its work is done");
    String[] failing = {"inspect", folder.resolve("none").toString(), "--json"};
    var full = new PrintWriter(new Full());
    assertEquals(3, Main.run(failing, Run.screen(full, full)));
  }

  /** Takes nothing. */
  private static final class Full extends Writer {
    @Override
    public void write(char[] text, int from, int count) throws IOException {
      throw new IOException("No space left on device");
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
