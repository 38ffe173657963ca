package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;

/** Folders of Hugging Face models, and what tests do with them. */
public abstract class ModelFolders {
  protected static final String WEIGHTS = "model.safetensors";
  protected static final String CONFIG = "config.json";

  @TempDir protected Path folder;

  void assertRefused(Kind kind, String part, Path source) {
    assertRefused(kind, List.of(part), source);
  }

  void assertRefused(Kind kind, List<String> parts, Path source) {
    assertRefused(kind, parts, source, order -> order);
  }

  void assertRefused(Kind kind, String part, Path source, UnaryOperator<Order> options) {
    assertRefused(kind, List.of(part), source, options);
  }

  /** A conversion that is refused leaves nothing behind. */
  private void assertRefused(
      Kind kind, List<String> parts, Path source, UnaryOperator<Order> options) {
    Path out = folder.resolve("refused.nemo");
    var order = options.apply(Order.of(source, out).to(TargetFormat.NEMO));
    order.tried().assertRefused(kind, parts.toArray(String[]::new));
    assertFalse(Files.exists(out));
  }

  Path convert(Path source, String name) {
    return convert(source, name, order -> order);
  }

  Path convert(Path source, String name, UnaryOperator<Order> options) {
    return options.apply(converting(source, folder.resolve(name))).done();
  }

  /** A Hugging Face folder becomes NeMo's, and NeMo's such a folder. */
  static Order converting(Path source, Path target) {
    boolean nemo = Files.isDirectory(source) && !Files.exists(source.resolve("model_config.yaml"));
    return Order.of(source, target).to(nemo ? TargetFormat.NEMO : TargetFormat.HUGGING_FACE);
  }

  List<String> configOf(Path nemo) throws IOException {
    Path unpacked = Order.of(nemo, folder.resolve(nemo.getFileName() + "-unpacked")).done();
    return Files.readAllLines(unpacked.resolve("model_config.yaml")).stream()
        .filter(line -> !line.contains("_tokenizer.model"))
        .sorted()
        .toList();
  }

  protected Path llama(String name) throws IOException {
    return copy("/nemo/hf/" + name, name);
  }

  protected Path huggingFace(String name) throws IOException {
    return copy("/community/" + name, name);
  }

  protected Path copy(String resource, String name) throws IOException {
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
      try (var stream = ModelFolders.class.getResourceAsStream(resource + "/" + file)) {
        if (stream != null) {
          Files.copy(stream, target.resolve(file));
        }
      }
    }
    return target;
  }

  protected static TreeSet<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      var names = new TreeSet<String>();
      files.forEach(file -> names.add(file.getFileName().toString()));
      return names;
    }
  }

  protected static void assertSame(Path expected, Path found, String... files) throws IOException {
    for (String file : files) {
      byte[] want = Files.readAllBytes(expected.resolve(file));
      assertArrayEquals(want, Files.readAllBytes(found.resolve(file)), file);
    }
  }

  protected static Map<String, float[]> floats(Path source) {
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
