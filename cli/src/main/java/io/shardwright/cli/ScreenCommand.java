package io.shardwright.cli;

import io.shardwright.SavedPlan;
import io.shardwright.Shardwright;
import io.shardwright.ShardwrightBuilder;
import io.shardwright.core.RunOptions;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What all commands have: a screen, the options that stand everywhere, the core. */
abstract class ScreenCommand implements Callable<Integer> {
  @Mixin private CommonOptions common = new CommonOptions();
  @Spec private CommandSpec command;
  private Screen screen;
  private TypedOptions typed;
  private ProgressDisplay progress;

  final void use(Screen given, TypedOptions words) {
    screen = given;
    typed = words;
  }

  /** What the library's settings are called here. */
  final Flags flags() {
    return new Flags(command, typed);
  }

  final Screen screen() {
    return screen;
  }

  final Style style() {
    return Style.of(common.colour(), screen.terminal(), screen.environment());
  }

  /** Sentences for the user's attention. */
  final void notes(List<String> notes) {
    if (!common.quiet()) {
      String label = style().warning("note:");
      notes.forEach(note -> screen.err().println(label + " " + Screen.lines(note)));
    }
  }

  final CommonOptions common() {
    return common;
  }

  final Shardwright shardwright() {
    var builder = Shardwright.builder().readPolicy(common.readPolicy());
    common.apply(builder, screen.environment());
    return build(builder);
  }

  /** What a saved plan was made with. */
  final Shardwright shardwright(SavedPlan plan) {
    return build(plan.shardwright());
  }

  private Shardwright build(ShardwrightBuilder builder) {
    Program.nativeFolders().forEach(builder::nativeFolder);
    Shardwright made = builder.build();
    if (common.verbose()) {
      made.adapters()
          .forEach(found -> screen.remark("adapter '" + found.id() + "' from " + found.origin()));
    }
    return made;
  }

  /** Options of a run, with what stands everywhere. */
  final RunOptions options(RunOptions others) {
    return common.run(others, screen.environment());
  }

  final ProgressDisplay progress() {
    progress = new ProgressDisplay(screen, common.progress(screen.terminal()), System::nanoTime);
    return progress;
  }

  /** Begins a new line after progress that was interrupted. */
  final void endProgress() {
    if (progress != null) {
      progress.end();
    }
  }
}
