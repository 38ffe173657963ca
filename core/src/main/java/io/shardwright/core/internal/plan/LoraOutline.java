package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LowRankProduct;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.core.internal.plan.PlanStep.LowRankMerge;
import io.shardwright.core.outline.LoraMerge;
import io.shardwright.core.outline.WeightMerge;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a plan adds to weights, counted. */
final class LoraOutline {
  private final Map<WeightMerge, Long> counts = new LinkedHashMap<>();
  private long values;

  private LoraOutline() {}

  /** Of a plan with an adapter of that name. */
  static LoraMerge of(ExecutablePlan plan, String adapter) {
    var outline = new LoraOutline();
    plan.merges().forEach(outline::add);
    var merges = outline.counts.entrySet().stream().map(e -> of(e.getKey(), e.getValue())).toList();
    return new LoraMerge(adapter, plan.merges().size(), outline.values, merges);
  }

  /** Those of all layers are counted together. */
  private void add(LowRankMerge merge) {
    String weight = StageLayers.pattern(merge.tensor().name());
    for (LowRankProduct product : merge.products()) {
      long rows = product.rows().shape().elements();
      var kind = new WeightMerge(weight, 1, rows, product.rank(), product.scale());
      counts.merge(kind, 1L, Long::sum);
      values += product.a().spec().shape().elements() + product.b().spec().shape().elements();
    }
  }

  private static WeightMerge of(WeightMerge one, long count) {
    return new WeightMerge(one.weight(), count, one.rows(), one.rank(), one.scale());
  }
}
