package io.shardwright.core.internal.plan;

import java.util.Locale;

/** A plan as text: the same for the same input. */
public final class PlanText {
  private PlanText() {}

  /** What a run would do, for people. */
  public static String of(ExecutablePlan plan, long targetBytes) {
    var text = new StringBuilder();
    var model = plan.source();
    line(text, "source", model.source() + ", family " + model.family().id() + ", " + model.size());
    line(text, "target", plan.size() + ", " + plan.files().size() + " rank files");
    line(text, "read", plan.sourceBytes() + " bytes of tensors");
    line(text, "write", targetBytes + " bytes");
    long cut = model.tensors().stream().filter(t -> t.rule().partitionDim() >= 0).count();
    line(text, "tensors", model.tensors().size() + " logical, of which " + cut + " are cut");
    plan.steps().stream()
        .map(step -> (PlanStep.Copy) step)
        .flatMap(copy -> copy.leftOut().stream())
        .forEach(
            from ->
                line(
                    text,
                    "left out",
                    "padding rows of " + from.tensor().spec().name() + " in " + from.member()));
    plan.changes().forEach(change -> line(text, "config", change.toString()));
    for (TargetFile file : plan.files()) {
      long bytes = file.tensors().values().stream().mapToLong(t -> t.spec().byteSize()).sum();
      line(
          text,
          file.rank().toString(),
          file.member() + ", " + file.tensors().size() + " tensors, " + bytes + " bytes");
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(String.format(Locale.ROOT, "%-10s %s%n", key, value).replace("\r\n", "\n"));
  }
}
