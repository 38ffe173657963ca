package io.shardwright.core.outline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GridTableTest {
  /** Stages of ten layers; a rank's bytes are by its place, or all alike. */
  static RankGrid grid(int tensor, int pipeline, boolean alike) {
    var ranks = new ArrayList<RankShare>();
    for (int stage = 0; stage < pipeline; stage++) {
      for (int rank = 0; rank < tensor; rank++) {
        long bytes = alike ? 5L << 20 : (rank + 1L) * (stage + 1) << 20;
        var layers = List.of(new LayerRange("", stage * 10, stage * 10 + 9));
        ranks.add(new RankShare(new RankCoordinate(rank, stage), layers, 3, bytes, 0));
      }
    }
    return new RankGrid(Grid.of(tensor, pipeline), ranks);
  }

  @Test
  void hasAColumnForAStageAndARowForARank() {
    assertEquals(
        List.of(
            "         PP 0       PP 1",
            "layers   0-9        10-19",
            "TP 0     1.00 MiB   2.00 MiB",
            "TP 1     2.00 MiB   4.00 MiB"),
        GridTable.lines(grid(2, 2, false), 80));
  }

  @Test
  void standsBesideAnotherWhereBothFit() {
    var lines = GridTable.lines(grid(1, 1, false), grid(2, 1, false), 80);
    assertEquals("before TP 1 x PP 1 -> after TP 2 x PP 1", lines.get(0));
    assertEquals("                      TP 1     2.00 MiB", lines.get(4));
  }

  @Test
  void standsUnderAnotherWhereTheyDoNot() {
    var lines = GridTable.lines(grid(1, 4, false), grid(2, 4, false), 80);
    assertEquals("before TP 1 x PP 4", lines.get(0));
    assertEquals("after TP 2 x PP 4", lines.get(5));
  }

  @Test
  void putsManyRanksThatAreAlikeInOneRow() {
    var lines = GridTable.lines(grid(64, 1, true), 80);
    assertEquals("TP 0-63   5.00 MiB", lines.get(2));
    assertEquals(3, lines.size());
  }

  @Test
  void neverPassesItsWidthAndKeepsTheLastStageAndRank() {
    for (long seed = 0; seed < 200; seed++) {
      var random = new Random(seed);
      int tensor = 1 + random.nextInt(40);
      int pipeline = 1 + random.nextInt(60);
      String where = "seed " + seed + ", " + tensor + " x " + pipeline;
      var lines = GridTable.lines(grid(tensor, pipeline, random.nextBoolean()), 80);
      lines.forEach(line -> assertTrue(line.length() <= 80, where + ": " + line));
      assertTrue(lines.get(0).endsWith("PP " + (pipeline - 1)), where);
      String last = lines.get(lines.size() - 1).split(" {2,}")[0];
      assertTrue(last.matches("TP (\\d+-)?" + (tensor - 1)), where + ": " + last);
      assertTrue(lines.size() <= 10, where);
    }
  }
}
