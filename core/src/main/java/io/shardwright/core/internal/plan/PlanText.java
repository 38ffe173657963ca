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
    line(text, "target", target(plan));
    line(text, "read", plan.sourceBytes() + " bytes of tensors");
    line(text, "write", targetBytes + " bytes");
    long cut = model.tensors().stream().filter(t -> t.rule().partitionDim() >= 0).count();
    line(text, "tensors", model.tensors().size() + " logical, of which " + cut + " are cut");
    plan.leftOut()
        .forEach(
            tensor ->
                line(text, "left out", tensor.spec().name() + ": the target's naming has no such"));
    plan.steps().stream()
        .filter(PlanStep.Copy.class::isInstance)
        .flatMap(step -> ((PlanStep.Copy) step).leftOut().stream())
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
    for (TargetArray array : plan.arrays()) {
      line(
          text,
          "array",
          array.spec().name() + " " + array.spec().shape() + " in chunks of " + array.chunk());
    }
    return text.toString();
  }

  private static String target(ExecutablePlan plan) {
    var choice = plan.choice();
    String kept =
        plan.arrays().isEmpty()
            ? plan.files().size() + " rank files"
            : plan.arrays().size() + " arrays";
    return choice.size()
        + choice.virtual().stream().mapToObj(v -> " VP " + v).findFirst().orElse("")
        + ", "
        + choice.naming().name().toLowerCase(Locale.ROOT)
        + " naming, "
        + kept;
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(String.format(Locale.ROOT, "%-10s %s%n", key, value).replace("\r\n", "\n"));
  }
}
