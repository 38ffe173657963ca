package io.shardwright.testkit;

import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * An adapter in which all is right passes; each thing that can be wrong in rows is found and named.
 */
class AdapterConformanceTest extends TriedAdapters {
  @Test
  void aSoundAdapterPasses() {
    for (String check : Tried.names()) {
      assertPasses(check, TinyAdapter::new, ALL);
      assertPasses(check, TinyAdapter::new, List.of(LISTED, GATED, MCORE));
    }
  }

  @Test
  void findsAMissingRow() {
    var broken =
        legacy(
            rules -> {
              rules.remove(5);
              return rules;
            });
    assertFound(
        broken,
        "everyParameterMatchesOneRow",
        "no row is 'encoder.layers.0.norm.weight': add a column, row or replicated one");
    assertFound(
        broken,
        ALL,
        "allNamingsHaveTheSameParameters",
        "in LEGACY naming no row is of 'encoder.layers.*.norm.weight', which MCORE has");
  }

  @Test
  void findsARowTooMuch() {
    assertFound(
        legacy(
            rules -> {
              rules.add(replicated("encoder.layers.*.up.bias").of("encoder.layers.*.b"));
              return rules;
            }),
        "everyParameterMatchesOneRow",
        "replicated(\"encoder.layers.*.up.bias\") is in force and the listing has no such"
            + " parameter");
  }

  @Test
  void findsAnAmbiguousRow() {
    assertFound(
        legacy(
            replacing(
                4,
                column("encoder.layers.*.up.weight", 2).of("encoder.layers.*.linear_fc1.weight"))),
        "everyParameterMatchesOneRow",
        "2 rows are 'encoder.layers.0.up.weight': give them exclusive conditions",
        "unless gated is true");
  }

  @Test
  void findsAWrongAxis() {
    assertFound(
        legacy(replacing(5, column("encoder.layers.*.norm.weight"))),
        "cutsAsRealCheckpointsAre",
        "in mp_rank_00/model_weights.ckpt 'model.encoder.layers.0.norm.weight' has shape [8], and"
            + " the rows give [4]");
    assertFound(
        legacy(
            replacing(
                3,
                row("encoder.layers.*.up.weight")
                    .of("encoder.layers.*.linear_fc1.weight")
                    .unless("gated", "true"))),
        "cutsAsRealCheckpointsAre",
        "has shape [8, 8], and the rows give [16, 4]: column cuts axis 0, row cuts axis 1");
  }

  @Test
  void findsAStrideThatTheOtherNamingLacks() {
    assertFound(
        legacy(
            replacing(
                4,
                column("encoder.layers.*.up.weight")
                    .of("encoder.layers.*.linear_fc1.weight")
                    .when("gated", "true"))),
        "cuttingAndMergingGivesEveryBitBack",
        "the rows of 'encoder.layers.0.linear_fc1.weight' in the two namings differ in factors:"
            + " has, according to its rule, 2 parts, and there are 8");
  }

  @Test
  void findsADeadRow() {
    assertFound(
        TinyAdapter::new,
        List.of(PLAIN, MCORE),
        "everyRowBites",
        "LEGACY naming: no sample has a parameter for column(\"encoder.layers.*.up.weight\") when"
            + " gated is true: add a sample that has, or delete the row");
    assertFound(
        legacy(
            rules -> {
              rules.add(replicated("typo.weight").of("final_norm.bias").optional());
              return rules;
            }),
        List.of(LISTED, GATED.listing(WHOLE)),
        "everyRowBites",
        "replicated(\"typo.weight\")");
  }
}
