package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a command line did. */
record Run(int code, String out, String err) {
  private static final Environment NONE = new Environment(Map.of());

  /** Something that happens on the way. */
  interface Incident {
    void happen() throws IOException;
  }

  /** A screen that nobody watches, where no environment variables are set. */
  static Screen screen(PrintWriter out, PrintWriter err) {
    return new Screen(out, err, false, NONE);
  }

  static Run of(Object... args) {
    return run(NONE, new StringWriter(), args);
  }

  /** Runs a command where environment variables are set. */
  static Run with(Map<String, String> variables, Object... args) {
    return run(new Environment(variables), new StringWriter(), args);
  }

  /** Reshards, with further options. */
  static void reshard(Path source, Path target, Object... options) {
    var args = new ArrayList<Object>(List.of("reshard", source, target, "--no-sync"));
    args.addAll(List.of(options));
    Run run = of(args.toArray());
    assertEquals(0, run.code(), run.err());
  }

  /** Runs a command; the incident happens as soon as it tells of any progress. */
  static Run whileWriting(Incident incident, Object... args) {
    var err =
        new StringWriter() {
          private boolean happened;

          @Override
          public void write(String text, int offset, int length) {
            super.write(text, offset, length);
            if (!happened) {
              happened = true;
              happen(incident);
            }
          }
        };
    return run(NONE, err, args);
  }

  private static void happen(Incident incident) {
    try {
      incident.happen();
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  private static Run run(Environment environment, StringWriter err, Object... args) {
    var out = new StringWriter();
    String[] texts = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      texts[i] = args[i].toString();
    }
    int code =
        Main.run(texts, new Screen(new PrintWriter(out), new PrintWriter(err), false, environment));
    return new Run(code, out.toString(), err.toString());
  }

  /** A ViT by NeMo. */
  static Path vit(Path folder) throws IOException {
    return Checkpoints.copy("vit-tp1.nemo", folder);
  }
}
