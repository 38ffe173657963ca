package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.FileItems.Item;
import io.shardwright.core.internal.execute.SentFiles.Part;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetTensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The parts of a target's files in the order in which they are made, and which are made together:
 * those of all ranks that hold the same rows of a logical tensor, so that a row of the source is
 * read once for all of them.
 */
final class PartUnits {
  /** As much of a target as is in memory at once, if it need not be more. */
  private static final long MOST_BYTES = 96L << 20;

  /** Where a part stands in the plan: at a step, and how far into its tensors. */
  private record Keyed(Part part, int step, double way) {}

  private static final Comparator<Keyed> ORDER =
      Comparator.comparingInt(Keyed::step)
          .thenComparingDouble(Keyed::way)
          .thenComparingInt(keyed -> keyed.part().file())
          .thenComparingInt(keyed -> keyed.part().number());

  private final FileItems items;
  private final Map<TargetTensor, Integer> steps = new HashMap<>();

  private PartUnits(ExecutablePlan plan, FileItems items) {
    this.items = items;
    for (int number = 0; number < plan.steps().size(); number++) {
      int step = number;
      plan.steps().get(number).to().forEach(to -> steps.put(to.tensor(), step));
    }
  }

  /** All parts, those that are made together in a list. */
  static List<List<Part>> of(
      ExecutablePlan plan, TargetLayout layout, FileItems items, SentFiles files) {
    var units = new PartUnits(plan, items);
    var keyed = new ArrayList<Keyed>();
    for (int file = 0; file < layout.files().size(); file++) {
      PartCut.of(
              file,
              layout.files().get(file),
              items.of(file),
              files.smallestPart(),
              files.mostParts())
          .forEach(part -> keyed.add(units.keyed(part)));
    }
    keyed.sort(ORDER);
    return together(keyed);
  }

  private Keyed keyed(Part part) {
    Item main = null;
    long most = 0;
    for (Item item : items.of(part.file(), part.start(), part.end())) {
      long held = Math.min(part.end(), item.end()) - Math.max(part.start(), item.offset());
      if (held > most && item.tensor().isPresent()) {
        main = item;
        most = held;
      }
    }
    if (main == null) {
      return new Keyed(part, Integer.MAX_VALUE, part.file());
    }
    double way = (double) Math.max(0, part.start() - main.offset()) / main.size();
    return new Keyed(part, steps.get(main.tensor().orElseThrow()), way);
  }

  private static List<List<Part>> together(List<Keyed> keyed) {
    var units = new ArrayList<List<Part>>();
    long bytes = 0;
    Keyed before = null;
    for (Keyed each : keyed) {
      boolean same = before != null && before.step() == each.step() && before.way() == each.way();
      bytes += each.part().size();
      if (!same || bytes > MOST_BYTES) {
        units.add(new ArrayList<>());
        bytes = each.part().size();
      }
      units.get(units.size() - 1).add(each.part());
      before = each;
    }
    return units;
  }
}
