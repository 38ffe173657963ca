package io.shardwright.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/**
 * A training by Megatron-LM as it really was saved.
 *
 * @param root of its iterations
 * @param step the one iteration
 */
record MegatronRoot(Path root, Path step) {
  static final String LATEST = "latest_checkpointed_iteration.txt";
  static final List<String> FILES =
      List.of(
          ".metadata",
          "metadata.json",
          "common.pt",
          "__0_0.distcp",
          "__0_1.distcp",
          "__1_0.distcp",
          "__1_1.distcp",
          "__2_0.distcp",
          "__2_1.distcp",
          "__3_0.distcp",
          "__3_1.distcp");

  static MegatronRoot in(Path folder) throws IOException {
    Path root = folder.resolve("training");
    Path step = Files.createDirectories(root.resolve("iter_0000007"));
    Files.writeString(root.resolve(LATEST), "7");
    for (String file : FILES) {
      Files.write(step.resolve(file), resource("megatron-lm/iter_0000007/" + file));
    }
    return new MegatronRoot(root, step);
  }

  private static byte[] resource(String name) throws IOException {
    try (var stream = MegatronRoot.class.getResourceAsStream("/megatron/" + name)) {
      return stream.readAllBytes();
    }
  }

  static String text(String name) throws IOException {
    return new String(resource(name), StandardCharsets.UTF_8);
  }

  /** What Megatron-Bridge would say of the same model, whose rows are padded from 127. */
  void bridge() throws IOException {
    String said = text("run_config.yaml");
    for (String[] value :
        new String[][] {
          {"num_layers: 4", "num_layers: 2"},
          {"hidden_size: 64", "hidden_size: 32"},
          {"ffn_hidden_size: 112", "ffn_hidden_size: 64"},
          {"num_attention_heads: 8", "num_attention_heads: 4"},
          {"num_query_groups: 4", "num_query_groups: 2"},
          {"rope_scaling: true", "rope_scaling: false"},
          {"should_pad_vocab: false", "should_pad_vocab: true"},
          {"vocab_size: 320", "vocab_size: 127"}
        }) {
      said = said.replace("\n  " + value[0] + "\n", "\n  " + value[1] + "\n");
    }
    Files.writeString(step.resolve("run_config.yaml"), said);
    Files.delete(step.resolve("common.pt"));
  }

  static byte[] values(Path folder, String tensor) throws IOException {
    return HeldTensors.of(folder.resolve("model.safetensors")).bytes(tensor);
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
