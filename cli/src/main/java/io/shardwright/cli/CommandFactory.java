package io.shardwright.cli;

import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes commands, each with the screen it prints to and the words that were typed. */
final class CommandFactory implements IFactory {
  private final Screen screen;
  private final TypedOptions typed;

  CommandFactory(Screen screen, TypedOptions typed) {
    this.screen = screen;
    this.typed = typed;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    K made = CommandLine.defaultFactory().create(type);
    if (made instanceof ScreenCommand command) {
      command.use(screen, typed);
    }
    return made;
  }
}
