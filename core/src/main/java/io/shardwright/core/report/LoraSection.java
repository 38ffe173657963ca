package io.shardwright.core.report;

import io.shardwright.core.outline.LoraMerge;
import io.shardwright.core.outline.WeightMerge;
import java.util.List;
import java.util.Locale;

/** What a LoRA adds to the model, weight by weight. */
record LoraSection(LoraMerge lora) implements Section {
  @Override
  public void write(Markup page) {
    page.in("section").leaf("h2", "Merged LoRA");
    page.in("p").name(lora.adapter());
    page.text(
            String.format(
                Locale.ROOT,
                " changes %,d of the model's matrices by %,d products of its own, %,d values:"
                    + " W + scale · B · A.",
                lora.weights(),
                lora.products(),
                lora.values()))
        .end();
    page.in("div", "class", "scroll").in("table", "class", "rows").in("thead").in("tr");
    List.of("Weight", "Matrices", "Rows of each", "Rank", "Scale")
        .forEach(title -> page.leaf("th", title, "scope", "col"));
    page.end().end().in("tbody");
    lora.merges().forEach(merge -> row(page, merge));
    page.end().end().end().end();
  }

  private static void row(Markup page, WeightMerge merge) {
    page.in("tr").in("th", "scope", "row").name(merge.weight()).end();
    for (long number : new long[] {merge.weights(), merge.rows(), merge.rank()}) {
      page.leaf("td", String.format(Locale.ROOT, "%,d", number));
    }
    page.leaf("td", Float.toString(merge.scale())).end();
  }
}
