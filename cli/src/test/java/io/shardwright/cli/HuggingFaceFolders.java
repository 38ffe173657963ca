package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.ModelFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Folders of Hugging Face models, and what commands do with them. */
abstract class HuggingFaceFolders extends ModelFolders {
  void assertRefused(int code, String part, Path source) {
    assertRefused(code, List.of(part), source);
  }

  void assertRefused(int code, List<String> parts, Path source) {
    Path out = folder.resolve("refused.nemo");
    Run run = Run.of("convert", source, out, "--no-sync");
    assertEquals(code, run.code(), run.err());
    parts.forEach(part -> assertTrue(run.err().contains(part), run.err()));
    assertFalse(Files.exists(out));
  }

  Path convert(Path source, String name, Object... options) {
    Path target = folder.resolve(name);
    var args = new ArrayList<Object>(List.of("convert", source, target, "--no-sync"));
    if (!List.of(options).contains("--to")) {
      boolean nemo =
          Files.isDirectory(source) && !Files.exists(source.resolve("model_config.yaml"));
      args.addAll(List.of("--to", nemo ? "nemo" : "huggingface"));
    }
    args.addAll(List.of(options));
    Run run = Run.of(args.toArray());
    assertEquals(0, run.code(), run.err());
    return target;
  }

  List<String> configOf(Path nemo) throws IOException {
    Path unpacked = folder.resolve(nemo.getFileName() + "-unpacked");
    Run.reshard(nemo, unpacked);
    return Files.readAllLines(unpacked.resolve("model_config.yaml")).stream()
        .filter(line -> !line.contains("_tokenizer.model"))
        .sorted()
        .toList();
  }
}
