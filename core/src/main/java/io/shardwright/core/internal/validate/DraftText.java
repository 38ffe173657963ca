package io.shardwright.core.internal.validate;

import io.shardwright.core.internal.family.Declaration;
import io.shardwright.core.internal.family.RowText;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.RestoreClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a family file lacks, to paste into it; the whole file where it has nothing but a name. */
record DraftText(Declaration declaration, ModelConfig config, String naming) {
  private static final String INDENT = "      ";

  List<String> of(List<DraftRow> rows) {
    if (rows.isEmpty()) {
      return List.of();
    }
    var lines = new ArrayList<String>();
    if (declaration.drafted()) {
      header(lines);
    } else {
      lines.add("# rows for " + place());
    }
    rows.forEach(row -> lines.addAll(row.lines(INDENT)));
    return lines;
  }

  private String place() {
    return naming.equals("hugging_face") ? "the class under hugging_face" : "namings: " + naming;
  }

  /** The parts that a family must have besides rows; what the file says already stays. */
  private void header(List<String> lines) {
    ModelFamilyAdapter family = declaration.family();
    lines.add("family: " + family.id());
    lines.add("restores:");
    var classes =
        family.restoreClasses().isEmpty()
            ? List.of(config.text("target").orElse("name.its.Class"))
            : family.restoreClasses().stream().map(RestoreClass::name).toList();
    classes.forEach(name -> lines.add("  - " + RowText.scalar(name)));
    lines.add("parallelism: " + parallelism(family));
    lines.add("namings:");
    lines.add("  " + (config.flag("mcore_gpt") ? "mcore" : "legacy") + ":");
    lines.add("    rows:");
  }

  private static String parallelism(ModelFamilyAdapter family) {
    var dimensions =
        family.parallelism().dimensions().stream()
            .map(dimension -> dimension.name().toLowerCase(Locale.ROOT))
            .sorted()
            .toList();
    return dimensions.isEmpty() ? "[tensor, pipeline]  # guess" : dimensions.toString();
  }
}
