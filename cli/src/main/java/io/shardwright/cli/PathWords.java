package io.shardwright.cli;

import io.shardwright.Shardwright;
import io.shardwright.spi.channel.Addresses;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/**
 * Turns words into paths. An address is one of a file system that may be in a jar, which an option
 * behind it may name: so the options are read once more for the first one.
 */
final class PathWords implements ITypeConverter<Path> {
  private final TypedOptions typed;
  private final Environment environment;
  private Shardwright found;

  PathWords(TypedOptions typed, Environment environment) {
    this.typed = typed;
    this.environment = environment;
  }

  @Override
  public Path convert(String word) {
    return Addresses.is(word) ? found().path(word) : plain(word);
  }

  private static Path plain(String word) {
    try {
      return Path.of(word);
    } catch (InvalidPathException nameless) {
      throw new TypeConversionException(
          "'" + word + "' can't be the name of a file in this locale: set LC_ALL=C.UTF-8");
    }
  }

  private Shardwright found() {
    if (found == null) {
      var builder = Shardwright.builder();
      adapters().apply(builder, environment);
      found = builder.build();
    }
    return found;
  }

  private CommonOptions adapters() {
    var everywhere = new Everywhere();
    var line = new CommandLine(everywhere).setUnmatchedArgumentsAllowed(true);
    line.registerConverter(Path.class, PathWords::plain);
    try {
      line.parseArgs(typed.hyphenated());
      return everywhere.common;
    } catch (ParameterException toldLater) {
      return new CommonOptions();
    }
  }

  /** A command of nothing else. */
  @Command(addMethodSubcommands = false)
  private static final class Everywhere {
    @Mixin private CommonOptions common = new CommonOptions();
  }
}
