package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.describe.StoredForm;
import io.shardwright.core.internal.describe.View;
import io.shardwright.engine.PlainConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.tensor.Shape;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The numbers of docs/cuts.md are the engine's. */
class CutsPageTest {
  @Test
  void everyRankHoldsTheElementsThatThePageSays() {
    List<String> rows =
        MarkdownPage.of("docs/cuts.md").prose().stream()
            .filter(line -> line.matches("\\| \\d+ \\|.*"))
            .toList();
    assertTrue(rows.size() > 5, rows.toString());
    for (String row : rows) {
      String[] cells = row.substring(2).split(" \\| ");
      int[] numbers = List.of(cells).subList(0, 4).stream().mapToInt(Integer::parseInt).toArray();
      String held = cells[4].replace(" |", "");
      assertEquals(held, held(numbers[0], numbers[1], numbers[2], numbers[3]), row);
    }
  }

  private static String held(int length, int stride, int ranks, int rank) {
    var rule = ParameterRule.column("t", stride);
    var form = StoredForm.found(rule, PlainConfig.EMPTY, Shape.of(length / ranks), ranks);
    var held = new TreeMap<Long, Long>();
    for (View view : form.views(rank, ranks, 0, List.of(1L))) {
      put(view, form.canonical(), held);
    }
    return held.values().stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  /** Place in the shard to index on the axis. */
  private static void put(View view, Shape canonical, TreeMap<Long, Long> held) {
    Shape box = view.logical().shape();
    long inner = canonical.rank() == 2 ? canonical.dim(1) : 1;
    for (long i = 0; i < box.elements(); i++) {
      long last = box.dim(box.rank() - 1);
      long outer = box.rank() == 2 ? i / last + view.logical().offset().get(0) : 0;
      long at = i % last + view.logical().offset().get(box.rank() - 1);
      long outerStride = box.rank() == 2 ? view.strides().get(0) : 0;
      long place = view.start() + i / last * outerStride + i % last;
      held.put(place, outer * inner + at);
    }
  }
}
