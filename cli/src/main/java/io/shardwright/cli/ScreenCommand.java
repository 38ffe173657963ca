package io.shardwright.cli;

import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.Shardwright;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** What all commands have: a screen, the options that stand everywhere, the core. */
abstract class ScreenCommand implements Callable<Integer> {
  @Mixin private CommonOptions common = new CommonOptions();
  private Screen screen;

  final void use(Screen given) {
    screen = given;
  }

  final Screen screen() {
    return screen;
  }

  final CommonOptions common() {
    return common;
  }

  final Shardwright shardwright() {
    var builder = Shardwright.builder();
    common.adapterPath().forEach(builder::adapterPath);
    Shardwright made = builder.build();
    if (common.verbose()) {
      made.adapters()
          .forEach(found -> screen.remark("adapter '" + found.id() + "' from " + found.origin()));
    }
    return made;
  }

  /** Plans, runs and reports. */
  final void run(Shardwright shardwright, ReshardRequest request) {
    ReshardPlan plan = shardwright.plan(request);
    if (common.verbose()) {
      plan.toString().lines().forEach(screen::remark);
    }
    new RunView(this).show(shardwright.run(plan, progress()));
  }

  final ProgressDisplay progress() {
    return new ProgressDisplay(screen, common.silent());
  }
}
