package io.shardwright.cli;

import io.shardwright.ReportFile;
import io.shardwright.core.report.HtmlPage;
import io.shardwright.spi.channel.Addresses;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The page of a command that reads checkpoints. */
final class PageOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description = "Write an HTML page of what was found.")
  private Path report;

  @Option(names = "--overwrite", description = "Replace an existing page.")
  private boolean overwrite;

  boolean wanted() {
    return report != null;
  }

  /** What a page calls a checkpoint. */
  static String name(Path checkpoint) {
    return Addresses.shown(checkpoint.toString());
  }

  /** Refuses a place that is taken, or inside a checkpoint, before anything is read. */
  void require(List<Path> checkpoints) {
    if (wanted()) {
      checkpoints.forEach(checkpoint -> requireElsewhere(command, report, checkpoint));
      ReportFile.requireWritable(report, checkpoints, overwrite);
    }
  }

  void write(HtmlPage page, List<Path> checkpoints) {
    ReportFile.write(page, checkpoints, report, overwrite);
  }

  /** The command line as it was given. */
  List<String> words() {
    return words(command);
  }

  /** A page that replaced a checkpoint's file would destroy it. */
  static void requireElsewhere(CommandSpec command, Path report, Path checkpoint) {
    if (whole(report).startsWith(whole(checkpoint))) {
      throw new ParameterException(
          command.commandLine(),
          "--report is '" + report + "', expected a path outside '" + checkpoint + "'");
    }
  }

  private static Path whole(Path path) {
    return path.toAbsolutePath().normalize();
  }

  /** The command line as it was given, but for what an address keeps secret. */
  static List<String> words(CommandSpec command) {
    var words = new ArrayList<String>();
    words.add(command.root().name());
    words.addAll(command.root().commandLine().getParseResult().originalArgs());
    words.replaceAll(Addresses::shown);
    return words;
  }
}
