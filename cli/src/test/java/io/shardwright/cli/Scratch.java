package io.shardwright.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** A folder in which commands run as in a shell: paths are relative to it, output may go to it. */
record Scratch(Path folder) {
  /** Runs the program; what it prints to both streams is one text, as on a terminal. */
  Run run(List<String> words) throws IOException {
    int redirect = words.indexOf(">");
    var out = new StringWriter();
    if (redirect < 0) {
      int code = execute(words, new PrintWriter(out), new PrintWriter(out));
      return new Run(code, shown(out), "");
    }
    var err = new StringWriter();
    int code = execute(words.subList(0, redirect), new PrintWriter(out), new PrintWriter(err));
    Files.writeString(folder.resolve(words.get(redirect + 1)), out.toString());
    return new Run(code, "", shown(err));
  }

  /** What is thrown away need not reach the disk. */
  private int execute(List<String> arguments, PrintWriter out, PrintWriter err) {
    CommandLine line = Main.commandLine(Run.screen(out, err));
    line.registerConverter(Path.class, folder::resolve);
    var words = new ArrayList<>(arguments);
    var command = line.getSubcommands().get(words.get(0));
    if (command != null && command.getCommandSpec().findOption("--no-sync") != null) {
      words.add("--no-sync");
    }
    return Main.execute(line, words.toArray(String[]::new));
  }

  /** With paths as they were typed. */
  private String shown(StringWriter text) {
    return text.toString().replace(folder + "/", "").replace(folder.toString(), ".");
  }
}
