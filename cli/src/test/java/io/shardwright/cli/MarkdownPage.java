package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A page of the documentation. */
record MarkdownPage(Path file, List<String> lines) {
  private static final Path ROOT = Path.of("..");
  private static final String FENCE = "```";

  /**
   * A fenced block.
   *
   * @param language what stands after the opening fence
   * @param remark the comment on the line above the fence, without its marks; or ""
   * @param firstLine number of its first line in the page, from 1
   */
  record Block(String language, String remark, int firstLine, List<String> lines) {}

  static MarkdownPage read(Path file) {
    try {
      return new MarkdownPage(file, Files.readAllLines(file));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A page by its path from the repository's root. */
  static MarkdownPage of(String name) {
    return read(ROOT.resolve(name));
  }

  /** Every page for users: those at the root and all below docs. */
  static List<MarkdownPage> all() {
    try (Stream<Path> root = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(root, docs)
          .filter(file -> file.toString().endsWith(".md") && Files.isRegularFile(file))
          .sorted()
          .map(MarkdownPage::read)
          .toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  List<Block> blocks() {
    var blocks = new ArrayList<Block>();
    for (int at = 0; at < lines.size(); at++) {
      if (lines.get(at).startsWith(FENCE)) {
        int end = lines.subList(at + 1, lines.size()).indexOf(FENCE) + at + 1;
        String language = lines.get(at).substring(FENCE.length());
        blocks.add(new Block(language, remark(at - 1), at + 2, lines.subList(at + 1, end)));
        at = end;
      }
    }
    return blocks;
  }

  /**
   * Requires a block to be what it is made from; with {@code -Dshardwright.rewrite=true} makes it
   * so instead.
   */
  void require(Block block, String expected) {
    if (!Boolean.getBoolean("shardwright.rewrite")) {
      assertEquals(expected, String.join("\n", block.lines()), this + ": " + block.remark());
      return;
    }
    var changed = new ArrayList<>(lines);
    var own = changed.subList(block.firstLine() - 1, block.firstLine() - 1 + block.lines().size());
    own.clear();
    own.addAll(expected.lines().toList());
    try {
      Files.write(file, changed);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The text of the blocks under a remark. */
  List<String> texts(String remark) {
    return blocks().stream()
        .filter(block -> block.remark().equals(remark))
        .map(block -> String.join("\n", block.lines()) + "\n")
        .toList();
  }

  /** The block that stands for a file. */
  String file(String name) {
    return texts("file: " + name).get(0);
  }

  private String remark(int line) {
    String text = line < 0 ? "" : lines.get(line);
    boolean comment = text.startsWith("<!--") && text.endsWith("-->");
    return comment ? text.substring(4, text.length() - 3).strip() : "";
  }

  /** The lines outside fenced blocks. */
  List<String> prose() {
    var prose = new ArrayList<String>();
    boolean inside = false;
    for (String line : lines) {
      boolean fence = line.startsWith(FENCE);
      if (!inside && !fence) {
        prose.add(line);
      }
      inside ^= fence;
    }
    return prose;
  }

  /** The rows of all tables whose first cell is code, as their cells without marks. */
  List<List<String>> codeRows() {
    return prose().stream()
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.substring(1).split("\\|"))
        .map(cells -> Arrays.stream(cells).map(cell -> cell.strip().replace("`", "")).toList())
        .toList();
  }

  @Override
  public String toString() {
    return ROOT.relativize(file).toString();
  }
}
