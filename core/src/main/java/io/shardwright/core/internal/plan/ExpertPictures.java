package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.core.outline.Band;
import io.shardwright.core.outline.Panel;
import io.shardwright.core.outline.TensorPicture;
import io.shardwright.core.outline.TensorPicture.Kind;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Draws which expert-parallel rank holds which experts of a layer, before and after. */
record ExpertPictures(ExecutablePlan plan) {
  /** Empty for a model without experts, and where no side shares them out. */
  Optional<TensorPicture> first() {
    int before = plan.source().grid().expert();
    int after = plan.choice().grid().expert();
    return before == 1 && after == 1
        ? Optional.empty()
        : plan.source().tensors().stream()
            .filter(tensor -> ExpertBlocks.isExpert(tensor.rule()))
            .findFirst()
            .flatMap(tensor -> picture(tensor, before, after));
  }

  private Optional<TensorPicture> picture(LogicalTensor tensor, int before, int after) {
    ModelDescription model = plan.source();
    long experts = ExpertBlocks.count(tensor.rule(), model.config());
    if (experts <= 0 || experts % before != 0 || experts % after != 0) {
      return Optional.empty();
    }
    int ranks = after > 1 ? after : before;
    return Optional.of(
        new TensorPicture(
            Kind.EXPERTS,
            StageLayers.pattern(tensor.spec().name()),
            tensor.spec().dtype(),
            ranks,
            after > 1,
            panels(experts, before, ranks),
            panels(experts, after, ranks)));
  }

  /** A panel for each rank of a side, in bands of the ranks that give the colours. */
  private static List<Panel> panels(long experts, int sides, int ranks) {
    long own = experts / sides;
    return IntStream.range(0, sides)
        .mapToObj(
            rank ->
                new Panel(
                    sides == 1 ? "all experts" : "EP " + rank,
                    "experts",
                    Shape.of(own),
                    0,
                    bands(rank * own, own, experts / ranks)))
        .toList();
  }

  private static List<Band> bands(long first, long own, long each) {
    var bands = new ArrayList<Band>();
    for (long at = first; at < first + own; ) {
      long to = Math.min(first + own, (at / each + 1) * each);
      bands.add(new Band(at - first, to - first, Band.Part.PLAIN, 0, (int) (at / each)));
      at = to;
    }
    return bands;
  }
}
