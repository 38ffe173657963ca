package io.shardwright.core.internal.validate;

import io.shardwright.core.internal.family.RowText;
import io.shardwright.spi.ParameterRule;
import java.util.ArrayList;
import java.util.List;

/**
 * A row that is proposed.
 *
 * @param why it is this one
 */
record DraftRow(ParameterRule rule, String why) {
  /** Its lines in a file, with the reason beside the first. */
  List<String> lines(String indent) {
    var lines = new ArrayList<String>();
    for (String line : RowText.of(rule)) {
      lines.add(indent + line + (lines.isEmpty() ? "  # " + why : ""));
    }
    return lines;
  }
}
