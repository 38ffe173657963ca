package io.shardwright.core.internal.plan;

import io.shardwright.core.outline.ByteSize;
import io.shardwright.core.outline.GridTable;
import io.shardwright.core.outline.LayerRange;
import io.shardwright.core.outline.LoraMerge;
import io.shardwright.core.outline.PlanOutline;
import io.shardwright.core.outline.RankGrid;
import io.shardwright.core.outline.SafeText;
import io.shardwright.core.outline.Side;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Formats a plan as text, always the same for the same input. */
public final class PlanText {
  private static final int WIDTH = 80;

  private final ExecutablePlan plan;
  private final PlanOutline outline;
  private final StringBuilder text = new StringBuilder();

  private PlanText(ExecutablePlan plan, PlanOutline outline) {
    this.plan = plan;
    this.outline = outline;
  }

  /** What a run would do, for people. */
  public static String of(ExecutablePlan plan, PlanOutline outline, long targetBytes) {
    var text = new PlanText(plan, outline);
    text.head(targetBytes);
    text.changes();
    text.grids();
    text.files();
    return text.text.toString();
  }

  private void head(long targetBytes) {
    Side before = outline.before();
    line("source", before.name() + ", family " + outline.family() + ", " + plan.source().grid());
    line("target", target());
    line("read", exact(plan.sourceBytes()) + " of tensors");
    line("write", exact(targetBytes));
    line("tensors", outline.tensors() + " logical, of which " + outline.cut() + " are cut");
  }

  private static String exact(long bytes) {
    return bytes + " bytes" + (bytes < 1024 ? "" : " (" + ByteSize.text(bytes) + ")");
  }

  private String target() {
    var choice = plan.choice();
    String kept =
        plan.arrays().isEmpty()
            ? plan.files().size() + " rank files"
            : plan.arrays().size() + " arrays";
    return choice.grid()
        + ", "
        + choice.naming().name().toLowerCase(Locale.ROOT)
        + " naming, "
        + kept;
  }

  private void changes() {
    outline.edits().forEach(edit -> line("config", edit.toString()));
    outline.padding().forEach(padding -> line("padding", padding.toString()));
    outline.casts().forEach(cast -> line("cast", cast.toString()));
    outline.lora().ifPresent(this::lora);
    outline.shifted().forEach(name -> line("shifted", name + ": a constant is added"));
    outline.computed().forEach(name -> line("computed", name + ": derived from the configuration"));
    outline
        .leftOut()
        .forEach(name -> line("left out", name + ": the target's naming has no such tensor"));
    plan.steps().stream()
        .flatMap(step -> step.copied().stream())
        .flatMap(copy -> copy.leftOut().stream())
        .forEach(
            from ->
                line(
                    "left out",
                    "padding rows of " + from.tensor().spec().name() + " in " + from.member()));
  }

  private void lora(LoraMerge lora) {
    line("lora", lora.toString());
    lora.merges().forEach(merge -> line("merge", merge.toString()));
  }

  private void grids() {
    if (outline.before().ranks().isPresent() && outline.after().ranks().isPresent()) {
      RankGrid before = outline.before().ranks().get();
      text.append('\n');
      lines(GridTable.lines(before, outline.after().ranks().get(), WIDTH));
      text.append('\n');
    }
  }

  private void lines(List<String> lines) {
    lines.forEach(line -> text.append(line).append('\n'));
  }

  private void files() {
    Map<Object, String> layers = new HashMap<>();
    outline
        .after()
        .ranks()
        .ifPresent(
            grid ->
                grid.ranks()
                    .forEach(share -> layers.put(share.rank(), LayerRange.text(share.layers()))));
    for (TargetFile file : plan.files()) {
      long bytes = file.tensors().values().stream().mapToLong(t -> t.spec().byteSize()).sum();
      line(
          file.rank().toString(),
          file.member()
              + ", layers "
              + layers.getOrDefault(file.rank(), "none")
              + ", "
              + file.tensors().size()
              + " tensors, "
              + bytes
              + " bytes");
    }
    for (TargetArray array : plan.arrays()) {
      line(
          "array",
          array.spec().name() + " " + array.spec().shape() + " in chunks of " + array.chunk());
    }
  }

  private void line(String key, String value) {
    text.append(String.format(Locale.ROOT, "%-10s %s", key, SafeText.line(value))).append('\n');
  }
}
