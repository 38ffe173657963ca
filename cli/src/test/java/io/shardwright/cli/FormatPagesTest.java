package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.cli.MarkdownPage.Block;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * docs/formats: a grammar is that of its package, for which {@code -Dshardwright.rewrite=true}
 * writes it; a dump is of a file by the real tool, for which format_pages.py writes it.
 */
class FormatPagesTest {
  private static final Path SAMPLES = Path.of("../core/src/test/resources/formats");
  private static final Path CORE = Path.of("../core/src/main/java");
  private static final Path MEGATRON = Path.of("../adapters-megatron/src/main/java");
  private static final Pattern PRE =
      Pattern.compile(" \\* <pre>\n(.*?) \\* </pre>", Pattern.DOTALL);

  static List<MarkdownPage> pages() {
    return MarkdownPage.all().stream()
        .filter(page -> page.toString().contains("formats") && !page.toString().contains("README"))
        .toList();
  }

  private static List<Block> blocks(MarkdownPage page, String kind) {
    return page.blocks().stream().filter(block -> block.remark().startsWith(kind + " ")).toList();
  }

  private static String word(Block block, int number) {
    return block.remark().split(" ")[number];
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyFormatHasItsGrammarAndAFile(MarkdownPage page) {
    assertTrue(!blocks(page, "grammar").isEmpty(), page + " has no grammar");
    assertTrue(!blocks(page, "hex").isEmpty() || !blocks(page, "text").isEmpty(), page + ": none");
  }

  @ParameterizedTest
  @MethodSource("pages")
  void grammarsAreThoseOfThePackages(MarkdownPage page) throws IOException {
    for (int number = 0; number < blocks(page, "grammar").size(); number++) {
      MarkdownPage now = MarkdownPage.read(page.file());
      Block block = blocks(now, "grammar").get(number);
      now.require(block, grammar(word(block, 1)));
    }
  }

  private static String grammar(String name) throws IOException {
    Path sources = name.contains(".adapters.") ? MEGATRON : CORE;
    Path file = sources.resolve(name.replace('.', '/')).resolve("package-info.java");
    var found = PRE.matcher(Files.readString(file));
    return found
        .results()
        .map(result -> result.group(1).lines().map(FormatPagesTest::plain))
        .map(lines -> lines.collect(Collectors.joining("\n")))
        .collect(Collectors.joining("\n\n"));
  }

  private static String plain(String line) {
    String text = line.length() > 3 ? line.substring(3) : "";
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
  }

  @ParameterizedTest
  @MethodSource("pages")
  void textsAreThoseOfTheFiles(MarkdownPage page) throws IOException {
    for (Block block : blocks(page, "text")) {
      String text = Files.readString(SAMPLES.resolve(word(block, 1))).stripTrailing();
      assertEquals(text, String.join("\n", block.lines()), page + ": " + block.remark());
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void dumpsAreOfTheFiles(MarkdownPage page) throws IOException {
    for (Block block : blocks(page, "hex")) {
      byte[] file = Files.readAllBytes(SAMPLES.resolve(word(block, 1)));
      long end = 0;
      for (String line : block.lines()) {
        end = line.startsWith("...") ? -1 : requireSame(page + ": " + line, line, file, end);
      }
      assertTrue(end == -1 || end == file.length, page + ": " + block.remark() + " ends at " + end);
    }
  }

  /** Compares a line with the file and gives where it ends. */
  private static long requireSame(String place, String line, byte[] file, long expectedOffset) {
    int offset = Integer.parseInt(line.substring(0, 8), 16);
    assertTrue(expectedOffset == -1 || expectedOffset == offset, place);
    byte[] shown = bytes(line.substring(10).split(" {2}")[0]);
    assertArrayEquals(Arrays.copyOfRange(file, offset, offset + shown.length), shown, place);
    return offset + shown.length;
  }

  private static byte[] bytes(String pairs) {
    var bytes = new java.io.ByteArrayOutputStream();
    int last = 0;
    for (String pair : pairs.strip().split(" ")) {
      boolean more = pair.startsWith("×");
      int count = more ? Integer.parseInt(pair.substring(1)) - 1 : 1;
      last = more ? last : Integer.parseInt(pair, 16);
      for (int i = 0; i < count; i++) {
        bytes.write(last);
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void readsTheFilesThatNoCommandReadsAlone() {
    try (var torch = new FileSource(SAMPLES.resolve("tiny.pt"), "tiny.pt");
        var safetensors = new FileSource(SAMPLES.resolve("tiny.safetensors"), "tiny.safetensors")) {
      var weight = TorchFile.open(torch, Guard.standard()).stateDict().tensors().get("weight");
      assertEquals(Shape.of(2, 2), weight.spec().shape());
      var tensors = SafetensorsFile.open(safetensors, Guard.standard()).tensors();
      assertEquals(List.of("weight", "bias"), List.copyOf(tensors.keySet()));
    }
  }
}
