package io.shardwright.cli;

import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes commands, each with the screen it prints to. */
final class CommandFactory implements IFactory {
  private final Screen screen;

  CommandFactory(Screen screen) {
    this.screen = screen;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    K made = CommandLine.defaultFactory().create(type);
    if (made instanceof ScreenCommand command) {
      command.use(screen);
    }
    return made;
  }
}
