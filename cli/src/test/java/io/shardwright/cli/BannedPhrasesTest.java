package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pages, titles of decisions, help and messages are in plain technical English. */
class BannedPhrasesTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path LIST = Path.of("src/test/resources/banned-phrases.txt");

  /** A literal, or what could hold a quote and is none. */
  private static final Pattern JAVA =
      Pattern.compile(
          "\"((?:[^\"\\\\\n]|\\\\.)*)\"|'(?:[^'\\\\\n]|\\\\.)+'|//[^\n]*|/\\*[\\s\\S]*?\\*/");

  /** Text in lower case with single blanks, and the line of each character. */
  private static final class Words {
    private final StringBuilder text = new StringBuilder(" ");
    private final List<Integer> lines = new ArrayList<>(List.of(1));

    void add(String part, int line) {
      int at = line;
      for (int i = 0; i < part.length(); i++) {
        char c = part.charAt(i);
        boolean blank = Character.isWhitespace(c);
        if (!blank || text.charAt(text.length() - 1) != ' ') {
          text.append(blank ? ' ' : Character.toLowerCase(c));
          lines.add(at);
        }
        at += c == '\n' ? 1 : 0;
      }
    }

    List<String> find(String phrase, Path file) {
      String all = text.toString();
      var found = new ArrayList<String>();
      for (int at = all.indexOf(phrase); at >= 0; at = all.indexOf(phrase, at + 1)) {
        int end = at + phrase.length();
        boolean word = !letter(all, at - 1) && !letter(all, end);
        if (word) {
          found.add(ROOT.relativize(file) + ":" + lines.get(at));
        }
      }
      return found;
    }

    private static boolean letter(String text, int at) {
      return at >= 0 && at < text.length() && Character.isLetter(text.charAt(at));
    }
  }

  private static Words page(Path file, String text) {
    var words = new Words();
    boolean decision = file.getParent().endsWith("adr");
    words.add(decision ? text.lines().findFirst().orElse("") : text, 1);
    return words;
  }

  /** The literals; those that are joined are one text. */
  private static Words literals(String source) {
    var words = new Words();
    int end = 0;
    int line = 1;
    for (var token : JAVA.matcher(source).results().toList()) {
      if (token.group(1) == null) {
        continue;
      }
      String between = source.substring(end, token.start());
      words.add(between.matches("\\s*\\+\\s*") ? "" : "\u0001", line);
      line += (int) between.chars().filter(c -> c == '\n').count();
      words.add(token.group(1), line);
      end = token.end();
    }
    return words;
  }

  private static Map<Path, Words> texts() throws IOException {
    var texts = new TreeMap<Path, Words>();
    for (MarkdownPage page : MarkdownPage.all()) {
      Path file = page.file().toAbsolutePath().normalize();
      texts.put(file, page(file, Files.readString(file)));
    }
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.filter(each -> !each.endsWith("bench")).toList()) {
        Path sources = module.resolve("src/main/java");
        if (Files.isDirectory(sources)) {
          try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
              texts.put(file, literals(Files.readString(file)));
            }
          }
        }
      }
    }
    return texts;
  }

  @Test
  void standInNoPageAndNoMessage() throws IOException {
    Map<String, String> banned = new TreeMap<>();
    Files.readAllLines(LIST).stream()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split(" = ", 2))
        .forEach(pair -> banned.put(pair[0], pair[1]));
    assertTrue(banned.size() >= 40, banned.toString());
    Map<Path, Words> texts = texts();
    assertTrue(texts.size() > 500, texts.size() + " files");
    var found = new ArrayList<String>();
    texts.forEach(
        (file, words) ->
            banned.forEach(
                (phrase, instead) ->
                    words
                        .find(phrase, file)
                        .forEach(
                            place -> found.add(place + ": '" + phrase + "', say " + instead))));
    assertEquals("", String.join("\n", found));
  }

  @Test
  void areFoundOverLinesAndJoinedLiterals() {
    Path file = ROOT.resolve("x.md");
    assertEquals(List.of("x.md:2"), page(file, "One\nIs no\n  zip.").find("is no zip", file));
    Words joined = literals("a(\"is \"\n + \"no zip\", \"of\");\n// \"is no zip\"");
    assertEquals(List.of("x.md:1"), joined.find("is no zip", file));
    assertEquals(List.of(), joined.find("zip of", file));
  }
}
