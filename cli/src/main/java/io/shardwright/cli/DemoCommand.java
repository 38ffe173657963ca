package io.shardwright.cli;

import io.shardwright.core.RunOptions;
import io.shardwright.core.outline.RankGrid;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The main job on real checkpoints. */
@Command(
    name = "demo",
    addMethodSubcommands = false,
    description = {
      "Reshard and convert two bundled checkpoints.",
      "A ViT that reads digits and a small LLaMA are resharded, converted back and compared with"
          + " the originals; a page shows what was done. Needs no network."
    },
    footer = "shardwright demo")
final class DemoCommand extends ScreenCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      defaultValue = "shardwright-demo",
      description = "Folder for the files (default: shardwright-demo).")
  private Path folder;

  @Override
  public Integer call() {
    var run =
        new DemoRun(
            shardwright(), options(RunOptions.DEFAULT), DemoFiles.unpack(folder, DemoRun.MADE));
    boolean same = run.roundTrip("vit-digits", DemoRun.VIT, 1);
    same &= run.roundTrip("llama-tiny", DemoRun.LLAMA, 2);
    if (common().json()) {
      screen().print(Json.object(fields(run, same).map()));
    } else {
      screen().print("vit-digits: a ViT of 58,570 parameters that reads handwritten digits.");
      screen().print("llama-tiny: a LLaMA with 4 query groups and a SentencePiece tokenizer.");
      screen().print("");
      run.trips().forEach(this::print);
      new DemoPicture(run.picture(), style()).lines().forEach(screen()::print);
      screen().print("");
      screen().print(Screen.safe("Open " + run.page() + " in a browser."));
      screen().print("Next, try:");
      run.next().forEach(command -> screen().print("  " + Screen.safe(command)));
    }
    return same ? ExitCode.DONE : ExitCode.DIFFERENT;
  }

  private void print(DemoRun.Trip trip) {
    trip.steps().forEach(this::print);
    String verdict =
        String.format(
            Locale.ROOT,
            "  the same %d tensors in each; %d of %d that came back have their original SHA-256",
            trip.logical(),
            trip.stored(),
            trip.stored());
    screen().print(trip.same() ? style().good(verdict) : style().bad("  the tensors differ"));
    screen().print("");
  }

  private void print(DemoRun.Step step) {
    var outline = step.plan().outline();
    screen()
        .print(
            String.format(
                Locale.ROOT,
                "  %-17s -> %-17s  %-11s  %-8s  %s  %.2f s",
                outline.before().name(),
                outline.after().name(),
                outline.after().ranks().map(RankGrid::toString).orElse(""),
                Sizes.bytes(step.report().bytesWritten()),
                style().good("verified"),
                step.report().duration().toNanos() / 1e9));
  }

  private static Fields fields(DemoRun run, boolean same) {
    return Fields.of("same", same)
        .and(
            "targets",
            run.trips().stream()
                .flatMap(trip -> trip.steps().stream())
                .map(step -> step.report().target())
                .toList())
        .and("report", run.page())
        .and("next", run.next());
  }
}
