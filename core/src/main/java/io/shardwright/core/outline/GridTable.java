package io.shardwright.core.outline;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Draws a grid as text, with a column per pipeline stage and a row per tensor-parallel rank. */
public final class GridTable {
  private static final int MOST_ROWS = 8;
  private static final String GAP = "   ";
  private static final String MORE = "...";

  private final RankGrid grid;
  private final int width;

  private GridTable(RankGrid grid, int width) {
    this.grid = grid;
    this.width = width;
  }

  /**
   * Draws a grid. With more than eight ranks, neighbouring rows of equal sizes are drawn as one.
   * Rows beyond eight and stages that do not fit are left out, except for the first and last.
   *
   * @param grid the grid to draw
   * @param width largest length of a line, in characters
   * @return lines without trailing spaces
   */
  public static List<String> lines(RankGrid grid, int width) {
    return new GridTable(grid, width).lines();
  }

  /**
   * Draws two grids side by side, or one below the other if they do not fit.
   *
   * @param before the grid on the left
   * @param after the grid on the right
   * @param width largest length of a line, in characters
   * @return lines without trailing spaces
   */
  public static List<String> lines(RankGrid before, RankGrid after, int width) {
    var left = titled("before", before, width);
    var right = titled("after", after, width);
    int half = longest(left);
    if (half + 4 + longest(right) > width) {
      left.add("");
      left.addAll(right);
      return left;
    }
    var lines = new ArrayList<String>();
    for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
      String arrow = i == 0 ? " -> " : "    ";
      lines.add((pad(at(left, i), half) + arrow + at(right, i)).stripTrailing());
    }
    return lines;
  }

  private static List<String> titled(String title, RankGrid grid, int width) {
    var lines = new ArrayList<String>();
    lines.add(title + " " + grid);
    lines.addAll(lines(grid, width));
    return lines;
  }

  private static String at(List<String> lines, int index) {
    return index < lines.size() ? lines.get(index) : "";
  }

  private static int longest(List<String> lines) {
    return lines.stream().mapToInt(String::length).max().orElse(0);
  }

  private static String pad(String text, int to) {
    return text + " ".repeat(Math.max(0, to - text.length()));
  }

  private List<String> lines() {
    var columns = new ArrayList<List<String>>();
    columns.add(labels());
    int room = width - longest(columns.get(0));
    var stages = IntStream.range(0, grid.size().pipeline()).mapToObj(this::column).toList();
    columns.addAll(fitting(stages, room));
    var lines = new ArrayList<String>();
    for (int row = 0; row < columns.get(0).size(); row++) {
      var line = new StringBuilder();
      for (List<String> column : columns) {
        line.append(pad(column.get(row), longest(column))).append(GAP);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  private List<List<String>> fitting(List<List<String>> stages, int room) {
    int needed = stages.stream().mapToInt(s -> longest(s) + GAP.length()).sum();
    if (needed <= room) {
      return stages;
    }
    var last = stages.get(stages.size() - 1);
    var more = last.stream().map(cell -> MORE).toList();
    int left = room - longest(last) - longest(more) - 2 * GAP.length();
    var shown = new ArrayList<List<String>>();
    for (var stage : stages.subList(0, stages.size() - 1)) {
      left -= longest(stage) + GAP.length();
      if (left < 0) {
        break;
      }
      shown.add(stage);
    }
    shown.add(more);
    shown.add(last);
    return shown;
  }

  private List<String> labels() {
    var labels = new ArrayList<String>();
    labels.add("");
    if (layered()) {
      labels.add("layers");
    }
    for (int[] rows : rows()) {
      labels.add(label(rows));
    }
    return labels;
  }

  /** Tells whether the layers of any stage are known. */
  private boolean layered() {
    return grid.ranks().stream().anyMatch(share -> !share.layers().isEmpty());
  }

  private String label(int[] rows) {
    if (rows.length == 0) {
      return MORE;
    }
    String first = grid.label(rows[0]);
    String last = grid.label(rows[1]);
    return first.equals(last) ? first : first + "-" + last.substring("TP ".length());
  }

  private List<String> column(int stage) {
    var column = new ArrayList<String>();
    column.add("PP " + stage);
    if (layered()) {
      column.add(LayerRange.text(grid.at(0, stage).layers()));
    }
    for (int[] rows : rows()) {
      column.add(rows.length == 0 ? MORE : ByteSize.text(grid.at(rows[0], stage).bytes()));
    }
    return column;
  }

  /** Returns the first and last rank of every row; an empty array for rows that are left out. */
  private List<int[]> rows() {
    var rows = new ArrayList<int[]>();
    for (int rank = 0; rank < grid.rows(); rank++) {
      int[] before = rows.isEmpty() ? new int[0] : rows.get(rows.size() - 1);
      if (grid.rows() > MOST_ROWS && before.length > 0 && alike(before[0], rank)) {
        before[1] = rank;
      } else {
        rows.add(new int[] {rank, rank});
      }
    }
    if (rows.size() > MOST_ROWS) {
      rows.subList(MOST_ROWS - 2, rows.size() - 1).clear();
      rows.add(MOST_ROWS - 2, new int[0]);
    }
    return rows;
  }

  private boolean alike(int one, int other) {
    return IntStream.range(0, grid.size().pipeline())
        .allMatch(stage -> grid.at(one, stage).bytes() == grid.at(other, stage).bytes());
  }
}
