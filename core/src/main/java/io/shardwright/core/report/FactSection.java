package io.shardwright.core.report;

import io.shardwright.core.PickleImport;
import io.shardwright.core.outline.ByteSize;
import io.shardwright.core.outline.CheckpointOutline;
import io.shardwright.core.outline.MemberTree;
import io.shardwright.core.outline.Tokenizer;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a checkpoint holds besides tensors.
 *
 * @param configuration values by dotted key
 */
record FactSection(
    CheckpointOutline outline, Map<String, String> configuration, List<PickleImport> imports) {
  private static final int MOST_KEYS = 1000;
  private static final int MOST_NAMES = 300;
  private static final int LONGEST = 400;

  void write(Markup page) {
    page.in("section").leaf("h2", "Files");
    members(page);
    imports(page);
    page.end();
    page.in("section").leaf("h2", "Configuration");
    page.in("dl", "class", "changes");
    outline.facts().forEach((key, value) -> fact(page, key, value));
    outline.tokenizer().ifPresent(tokenizer -> tokenizer(page, tokenizer));
    page.end();
    configuration(page);
    page.end();
  }

  private static void fact(Markup page, String key, String value) {
    page.leaf("dt", key).leaf("dd", shortened(value));
  }

  private static String shortened(String value) {
    return value.length() > LONGEST ? value.substring(0, LONGEST) + "…" : value;
  }

  private static void tokenizer(Markup page, Tokenizer tokenizer) {
    page.leaf("dt", "tokenizer").in("dd");
    page.text(tokenizer.library().orElse("") + " " + tokenizer.type().orElse(""));
    tokenizer
        .pieces()
        .ifPresent(pieces -> page.text(String.format(Locale.ROOT, ", %,d pieces", pieces)));
    tokenizer.files().forEach(file -> page.empty("br").name(file.name()));
    page.end();
  }

  private void members(Markup page) {
    var lines = MemberTree.lines(outline.members());
    if (lines.isEmpty()) {
      return;
    }
    page.in("table", "class", "rows members").in("tbody");
    for (MemberTree.Line line : lines) {
      page.in("tr").in("td", "style", "padding-left: " + 18 * line.depth() + "px");
      page.name(line.name()).end().leaf("td", ByteSize.text(line.bytes())).end();
    }
    page.end().end();
  }

  private void imports(Markup page) {
    if (imports.isEmpty()) {
      return;
    }
    page.in("details").leaf("summary", imports.size() + " Python names in its pickles");
    page.in("div", "class", "scroll").table("Name", "Meaning", "Effect in Python", "File");
    for (PickleImport found : imports.subList(0, Math.min(MOST_NAMES, imports.size()))) {
      boolean bad = found.meaning() == PickleImport.Meaning.DANGEROUS;
      page.in("tr").in("td").name(found.name()).end();
      page.leaf("td", word(found.meaning()), "class", bad ? "bad" : "");
      page.leaf("td", shortened(found.effect())).in("td").name(found.file()).end().end();
    }
    page.end().end().end();
    more(page, imports.size() - MOST_NAMES, "names");
    page.end();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private void configuration(Markup page) {
    if (configuration.isEmpty()) {
      return;
    }
    page.in("details").leaf("summary", "All " + configuration.size() + " keys");
    page.in("div", "class", "scroll").table("Key", "Value");
    configuration.entrySet().stream()
        .limit(MOST_KEYS)
        .forEach(
            entry -> {
              page.in("tr").in("td").name(entry.getKey()).end();
              page.leaf("td", shortened(entry.getValue())).end();
            });
    page.end().end().end();
    more(page, configuration.size() - MOST_KEYS, "keys");
    page.end();
  }

  private static void more(Markup page, int more, String what) {
    if (more > 0) {
      page.leaf("p", "and " + more + " more " + what, "class", "note");
    }
  }
}
