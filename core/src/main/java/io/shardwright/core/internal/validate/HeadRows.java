package io.shardwright.core.internal.validate;

import io.shardwright.core.internal.validate.Drafting.DraftRow;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterRule.Cut;
import java.util.regex.Pattern;

/**
 * Rows whose axis 0 is an attention's heads, between which ranks are cut.
 *
 * @param sizes of the module
 */
record HeadRows(KnownSizes sizes) {
  private static final Pattern ATTENTION =
      Pattern.compile("(?i)attention|attn|qkv|query|key_value");
  private static final Pattern FUSED =
      Pattern.compile(
          "(?i)qkv|query_key_value|key_value|c_attn|in_proj_(weight|bias)|linear_kv\\b");

  static boolean isAttention(String pattern) {
    return ATTENTION.matcher(pattern).find();
  }

  /** Whether a row cuts what is named like several of queries, keys and values anywhere. */
  static boolean cutsAnywhere(ParameterRule rule) {
    var how = rule.arrangement();
    return rule.cut() == Cut.COLUMN
        && FUSED.matcher(rule.pattern()).find()
        && how.headsKey().isEmpty()
        && how.factors().isEmpty()
        && how.segments().isEmpty();
  }

  /**
   * Drafts one.
   *
   * @param whole the length of its axis 0 in the whole model
   */
  DraftRow draft(ParameterRule column, long whole, String reason) {
    String told = reason + sizes.described(whole);
    if (sizes.is(KnownSizes.QKV, whole)) {
      return new DraftRow(
          sizes.atRoot() ? column.groupedQkv() : column.cutBetween(sizes.groups()),
          reason + " = " + KnownSizes.QKV);
    }
    if (sizes.is(KnownSizes.HEADS, whole) && !FUSED.matcher(column.pattern()).find()) {
      return new DraftRow(column.cutBetween(sizes.heads()), told);
    }
    if (sizes.is(KnownSizes.KEYS_VALUES, whole)) {
      return new DraftRow(column.cutBetween(sizes.groups()), reason + " = keys and values");
    }
    return cutsAnywhere(column)
        ? new DraftRow(column, told + "; which key counts its heads? Set 'cut_between'")
        : new DraftRow(column, told);
  }
}
