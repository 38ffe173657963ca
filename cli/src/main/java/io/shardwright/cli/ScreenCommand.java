package io.shardwright.cli;

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
    return builder.build();
  }

  final ProgressDisplay progress() {
    return new ProgressDisplay(screen, common.silent());
  }
}
