package io.shardwright.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is whole around a document that is fuzzed. */
final class Surroundings {
  private static final Path DCP = Path.of("../core/src/test/resources/dcp/cut");
  private static final Map<String, byte[]> WEIGHTS = weights();

  private Surroundings() {}

  private static Map<String, byte[]> weights() {
    var files = new LinkedHashMap<String, byte[]>();
    try {
      for (String name : new String[] {".metadata", "__0_0.distcp", "__1_0.distcp"}) {
        files.put("weights/" + name, Files.readAllBytes(DCP.resolve(name)));
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    files.put(
        "weights/metadata.json",
        "{\"sharded_backend\": \"torch_dist\"}".getBytes(StandardCharsets.UTF_8));
    return Map.copyOf(files);
  }

  /** A folder of NeMo 2 whose model a document says. */
  static Map<String, byte[]> nemo2(byte[] document) {
    var files = new LinkedHashMap<>(WEIGHTS);
    files.put("context/io.json", document);
    return files;
  }
}
