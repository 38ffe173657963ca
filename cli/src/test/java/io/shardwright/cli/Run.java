package io.shardwright.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a command line did. */
record Run(int code, String out, String err) {
  static Run of(Object... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    String[] texts = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      texts[i] = args[i].toString();
    }
    int code = Main.run(texts, new PrintWriter(out), new PrintWriter(err), false);
    return new Run(code, out.toString(), err.toString());
  }

  /** The bundled checkpoint. */
  static Path vit(Path folder) throws IOException {
    Path file = folder.resolve("vit-tp1.nemo");
    try (InputStream bundled = Run.class.getResourceAsStream("/demo/vit-tp1.nemo")) {
      Files.copy(bundled, file);
    }
    return file;
  }
}
