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

/**
 * Pages, help, messages, schemas, launchers, and the Javadoc that other programs' authors read are
 * in plain technical English.
 */
class BannedPhrasesTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path LIST = Path.of("src/test/resources/banned-phrases.txt");

  /** A text block, a literal, a Javadoc comment, or what could hold a quote and is none of them. */
  private static final Pattern JAVA =
      Pattern.compile(
          "\"\"\"[ \\t]*\n([\\s\\S]*?)(?<!\\\\)\"\"\""
              + "|\"((?:[^\"\\\\\n]|\\\\.)*)\"|'(?:[^'\\\\\n]|\\\\.)+'"
              + "|//[^\n]*|/\\*\\*([\\s\\S]*?)\\*/|/\\*[\\s\\S]*?\\*/");

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

  private static Words page(String text) {
    var words = new Words();
    words.add(text, 1);
    return words;
  }

  /** The literals, of which those that are joined are one text; Javadoc where it is asked for. */
  private static Words literals(String source, boolean javadoc) {
    var words = new Words();
    int end = 0;
    int line = 1;
    for (var token : JAVA.matcher(source).results().toList()) {
      int group = token.group(1) != null ? 1 : token.group(2) != null ? 2 : javadoc ? 3 : 0;
      if (group == 0 || token.group(group) == null) {
        continue;
      }
      String between = source.substring(end, token.start());
      words.add(between.matches("\\s*\\+\\s*") ? "" : "\u0001", line);
      line += lines(between);
      line += lines(source.substring(token.start(), token.start(group)));
      words.add(token.group(group).replaceAll("(?m)^ *\\*", ""), line);
      line += lines(source.substring(token.start(group), token.end()));
      end = token.end();
    }
    return words;
  }

  private static int lines(String text) {
    return (int) text.chars().filter(c -> c == '\n').count();
  }

  /** Packages that other programs use. */
  private static boolean published(Path file) {
    String path = ROOT.relativize(file).toString();
    return path.matches("(spi|core|testkit)/.*") && !path.contains("/internal/");
  }

  private static Map<Path, Words> texts() throws IOException {
    var texts = new TreeMap<Path, Words>();
    for (MarkdownPage page : MarkdownPage.all()) {
      Path file = page.file().toAbsolutePath().normalize();
      texts.put(file, page(Files.readString(file)));
    }
    for (String name : List.of("shardwright", "shardwright.cmd")) {
      texts.put(ROOT.resolve(name), page(Files.readString(ROOT.resolve(name))));
    }
    for (Path module : List.of(ROOT.resolve("docs/schema"), ROOT.resolve("examples"))) {
      add(texts, module, ".json|.md|.yaml");
    }
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.filter(each -> !each.endsWith("bench")).toList()) {
        add(texts, module.resolve("src/main"), ".java|.md|.yaml|.json|.txt");
        add(texts, module.resolve("src/release"), ".md");
      }
    }
    return texts;
  }

  private static void add(Map<Path, Words> texts, Path folder, String endings) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    Pattern ending = Pattern.compile("(" + endings.replace(".", "\\.") + ")$");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(each -> ending.matcher(each.toString()).find()).toList()) {
        String text = Files.readString(file);
        boolean java = file.toString().endsWith(".java");
        texts.put(file, java ? literals(text, published(file)) : page(text));
      }
    }
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
    assertEquals(List.of("x.md:2"), page("One\nIs no\n  zip.").find("is no zip", file));
    Words joined = literals("a(\"is \"\n + \"no zip\", \"of\");\n// \"is no zip\"", true);
    assertEquals(List.of("x.md:1"), joined.find("is no zip", file));
    assertEquals(List.of(), joined.find("zip of", file));
  }

  @Test
  void areFoundInTextBlocksAndInPublishedJavadoc() {
    Path file = ROOT.resolve("x.java");
    String block = "String b = \"\"\"\n  is\n  no zip\"\"\" + 'c';";
    String source = "/** What\n * is no zip. */\nint a;\n" + block;
    assertEquals(List.of("x.java:2", "x.java:5"), literals(source, true).find("is no zip", file));
    assertEquals(List.of("x.java:5"), literals(source, false).find("is no zip", file));
  }
}
