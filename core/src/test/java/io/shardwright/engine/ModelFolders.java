package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.guard.Guard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;

/** Folders of Hugging Face models, and what tests do with them. */
abstract class HuggingFaceFolders {
  static final String WEIGHTS = "model.safetensors";
  static final String CONFIG = "config.json";

  @TempDir Path folder;

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

  Path llama(String name) throws IOException {
    return copy("/nemo/hf/" + name, name);
  }

  Path huggingFace(String name) throws IOException {
    return copy("/community/" + name, name);
  }

  Path copy(String resource, String name) throws IOException {
    Path target = folder.resolve("hf-" + name);
    Files.createDirectories(target);
    for (String file :
        List.of(
            CONFIG,
            WEIGHTS,
            "generation_config.json",
            "tokenizer.model",
            "tokenizer_config.json",
            "special_tokens_map.json")) {
      try (var stream = HuggingFaceFolders.class.getResourceAsStream(resource + "/" + file)) {
        if (stream != null) {
          Files.copy(stream, target.resolve(file));
        }
      }
    }
    return target;
  }

  static TreeSet<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      var names = new TreeSet<String>();
      files.forEach(file -> names.add(file.getFileName().toString()));
      return names;
    }
  }

  static void assertSame(Path expected, Path found, String... files) throws IOException {
    for (String file : files) {
      byte[] want = Files.readAllBytes(expected.resolve(file));
      assertArrayEquals(want, Files.readAllBytes(found.resolve(file)), file);
    }
  }

  static Map<String, float[]> floats(Path source) {
    Map<String, float[]> all = new LinkedHashMap<>();
    try (var file = new FileSource(source.resolve(WEIGHTS), WEIGHTS)) {
      SafetensorsFile.open(file, Guard.standard())
          .tensors()
          .forEach(
              (name, stored) -> {
                var bytes =
                    ByteBuffer.allocate((int) stored.bytes().size())
                        .order(java.nio.ByteOrder.LITTLE_ENDIAN);
                stored.bytes().readFully(bytes, 0);
                var values = new float[bytes.capacity() / 4];
                bytes.flip().asFloatBuffer().get(values);
                all.put(name, values);
              });
    }
    return all;
  }
}
