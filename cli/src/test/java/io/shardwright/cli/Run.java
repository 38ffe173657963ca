package io.shardwright.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a command line did. */
record Run(int code, String out, String err) {
  /** Something that happens on the way. */
  interface Incident {
    void happen() throws IOException;
  }

  static Run of(Object... args) {
    return run(new StringWriter(), args);
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
    return run(err, args);
  }

  private static void happen(Incident incident) {
    try {
      incident.happen();
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  private static Run run(StringWriter err, Object... args) {
    var out = new StringWriter();
    String[] texts = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      texts[i] = args[i].toString();
    }
    int code = Main.run(texts, new PrintWriter(out), new PrintWriter(err), false);
    return new Run(code, out.toString(), err.toString());
  }

  /** A ViT by NeMo. */
  static Path vit(Path folder) throws IOException {
    Path file = folder.resolve("vit-tp1.nemo");
    try (InputStream bundled = Run.class.getResourceAsStream("/demo/vit-tp1.nemo")) {
      Files.copy(bundled, file);
    }
    return file;
  }
}
