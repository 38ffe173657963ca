package io.shardwright.hostile;

import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Folders whose index leads elsewhere, and folders of other kinds. */
final class FolderCases {
  private static final byte[] SHARD =
      Safetensors.of(
          "{" + Safetensors.tensor("w", "F32", "[3]", 0, 12) + "}", Octets.floats(1, 2, 3));
  private static final String CONFIG = "{\"architectures\":[\"NobodyKnows\"]}";
  private final List<Case> cases = new ArrayList<>();

  private FolderCases() {}

  static List<Case> all() {
    var cases = new FolderCases();
    cases.indexes();
    cases.contents();
    cases.kinds();
    cases.adapters();
    return cases.cases;
  }

  static Case.Content folder(Map<String, byte[]> files) {
    return folder -> {
      Path model = folder.resolve("model");
      for (var file : files.entrySet()) {
        Path path = model.resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.write(path, file.getValue());
      }
      return model;
    };
  }

  static Map<String, byte[]> indexed(String map) {
    var files = new LinkedHashMap<String, byte[]>();
    files.put("config.json", Octets.utf8(CONFIG));
    files.put("model.safetensors.index.json", Octets.utf8("{\"weight_map\":" + map + "}"));
    files.put("model-1.safetensors", SHARD);
    return files;
  }

  private void index(String name, String map, ErrorCode... codes) {
    cases.add(Case.refused(name, folder(indexed(map)), codes));
  }

  private void indexes() {
    for (String file :
        new String[] {
          "../secret.safetensors",
          "/etc/passwd",
          "a/../../b",
          "http://127.0.0.1/x",
          "file:x",
          "C:x",
          "..",
          ".",
          "",
          "sub/model-1.safetensors",
          "..\\\\x"
        }) {
      index("a shard '" + file + "'", "{\"w\":\"" + file + "\"}", ErrorCode.PATH_ESCAPE);
    }
    index("a shard that is not there", "{\"w\":\"model-2.safetensors\"}", ErrorCode.TENSOR_MISSING);
    index(
        "a tensor that is not there",
        "{\"w\":\"model-1.safetensors\",\"v\":\"model-1.safetensors\"}",
        ErrorCode.TENSOR_MISSING);
    index("a tensor that is not named", "{}");
    index("a shard that is a number", "{\"w\":1}", ErrorCode.TENSOR_MISSING);
    index("a map that is a list", "[]", ErrorCode.TENSOR_MISSING);
    index(
        "a tensor twice",
        "{\"w\":\"model-1.safetensors\",\"w\":\"model-1.safetensors\"}",
        ErrorCode.JSON_MALFORMED);
    index("the index itself as a shard", "{\"w\":\"model.safetensors.index.json\"}");
    index("the configuration as a shard", "{\"w\":\"config.json\"}");
    var twice = indexed("{\"w\":\"model-1.safetensors\",\"v\":\"model-2.safetensors\"}");
    twice.put(
        "model-2.safetensors",
        Safetensors.of(
            "{"
                + Safetensors.tensor("w", "F32", "[1]", 0, 4)
                + ","
                + Safetensors.tensor("v", "F32", "[2]", 4, 12)
                + "}",
            Octets.floats(4, 5, 6)));
    cases.add(Case.refused("one tensor in two shards", folder(twice), ErrorCode.TENSOR_MISSING));
  }

  private void contents() {
    for (String config :
        new String[] {
          "",
          "[]",
          "{",
          "{\"a\":nan}",
          "{\"a\":-NaN}",
          "{\"a\":INF}",
          "{\"a\":+Infinity}",
          "{\"a\":infinity}",
          "{\"a\":1}x",
          "\ufeff{}"
        }) {
      cases.add(
          Case.refused(
              "the configuration '" + config + "'",
              folder(Map.of("config.json", Octets.utf8(config), "model.safetensors", SHARD)),
              ErrorCode.JSON_MALFORMED));
    }
    cases.add(
        Case.refused(
            "a key of the configuration with two values",
            folder(
                Map.of(
                    "config.json", Octets.utf8("{\"a\":1,\"a\":2}"), "model.safetensors", SHARD)),
            ErrorCode.SOURCES_DISAGREE));
    byte[] hostile = Pickle.stateDict(3, p -> p.text("x").global("os", "system").op(')').op('R'));
    cases.add(
        Case.refused(
            "a pytorch_model.bin that calls a shell",
            folder(
                Map.of(
                    "config.json", Octets.utf8(CONFIG),
                    "pytorch_model.bin", Zip.torch(hostile, Octets.floats(1, 2, 3)).bytes())),
            ErrorCode.PICKLE_FORBIDDEN));
    cases.add(
        Case.refused(
            "a broken safetensors among good ones",
            folder(Map.of("a.safetensors", SHARD, "b.safetensors", new byte[] {1, 2, 3}))));
    cases.add(Case.refused("a FIFO", FolderCases::fifo, ErrorCode.SOURCE_MISSING));
    cases.add(Case.refused("a FIFO for weights", folder -> fifo(folder, "mixed")));
  }

  private static Path fifo(Path folder) throws IOException {
    Path fifo = folder.resolve("fifo");
    try {
      new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor();
    } catch (InterruptedException cut) {
      Thread.currentThread().interrupt();
    }
    return fifo;
  }

  private static Path fifo(Path folder, String name) throws IOException {
    Path model = Files.createDirectory(folder.resolve(name));
    Files.writeString(model.resolve("model_config.yaml"), Tar.CONFIG);
    Files.move(fifo(folder), model.resolve("model_weights.ckpt"));
    return model;
  }

  private void kinds() {
    cases.add(
        Case.refused(
            "a torch distributed checkpoint",
            folder(Map.of(".metadata", new byte[] {1}, "__0_0.distcp", new byte[] {1})),
            ErrorCode.PICKLE_MALFORMED));
    cases.add(
        Case.refused(
            "a folder of NeMo 2",
            folder(Map.of("weights/x", new byte[1], "context/y", new byte[1])),
            ErrorCode.UNSUPPORTED));
    cases.add(Case.refused("a folder of nothing known", folder(Map.of("readme.txt", new byte[1]))));
    cases.add(
        Case.refused(
            "a training of 99,999 squared ranks",
            folder(
                Map.of(
                    "tp_rank_99999_pp_rank_99999/a.ckpt",
                    Zip.torch(Pickle.stateDict(3, p -> {}), Octets.floats(1, 2, 3)).bytes()))));
    for (String magic :
        new String[] {
          "7z\u00bc\u00af\u0027\u001c",
          "GGUF\3",
          "\u0089HDF\r\n",
          "Rar!\u001a",
          "\u0080\2}.",
          "hello"
        }) {
      cases.add(
          Case.refused(
              "a file that begins with " + (int) magic.charAt(0),
              Case.file("model.nemo", Octets.latin(magic + "x".repeat(600))),
              ErrorCode.FORMAT_UNKNOWN));
    }
  }

  private void adapter(String name, String config, String file, byte[] weights, ErrorCode code) {
    cases.add(
        Case.refused(
            name, folder(Map.of("adapter_config.json", Octets.utf8(config), file, weights)), code));
  }

  private void adapters() {
    String lora = "{\"peft_type\":\"LORA\",\"r\":1,\"lora_alpha\":1}";
    byte[] hostile = Pickle.stateDict(3, p -> p.text("x").global("os", "system").op(')').op('R'));
    adapter(
        "an adapter that calls a shell",
        lora,
        "adapter_model.bin",
        Zip.torch(hostile, Octets.floats(1, 2, 3)).bytes(),
        ErrorCode.PICKLE_FORBIDDEN);
    adapter(
        "an adapter's key twice",
        "{\"r\":1,\"r\":2}",
        "adapter_model.safetensors",
        SHARD,
        ErrorCode.JSON_MALFORMED);
    adapter("an adapter without weights", lora, "x", SHARD, ErrorCode.TENSOR_MISSING);
  }
}
