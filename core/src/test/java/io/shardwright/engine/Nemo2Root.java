package io.shardwright.engine;

import io.shardwright.core.TargetFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The weights of a training by Megatron-LM as NeMo 2 would keep them, and what it would say of the
 * model.
 *
 * @param root the folder
 */
record Nemo2Root(Path root) {
  private static final String CLASS = "nemo.collections.llm.gpt.model.llama.";
  private static final String PYREF = "{\"type\": \"pyref\", \"module\": \"%s\", \"name\": \"%s\"}";

  static Nemo2Root in(Path folder) throws IOException {
    Path step = MegatronRoot.in(folder).step();
    Path plain = Order.of(step, folder.resolve("plain")).to(TargetFormat.SAFETENSORS).done();
    var held = HeldTensors.of(plain.resolve("model.safetensors"));
    var items = new MegatronItems();
    for (String line : MegatronRoot.text("megatron-lm.tsv").lines().toList()) {
      String key = line.split("\t")[0];
      items.add("module." + key, held.spec(key).dtype(), held.spec(key).shape(), held.bytes(key));
    }
    var made = new Nemo2Root(folder.resolve("nemo2"));
    Files.createDirectories(made.context().resolve("words"));
    Files.createDirectories(made.weights());
    items.write(made.weights());
    Files.copy(step.resolve("metadata.json"), made.weights().resolve("metadata.json"));
    Files.writeString(
        made.context().resolve("words/tokenizer.json"), "{\"model\": {\"vocab\": {}}}");
    return made;
  }

  Path weights() {
    return root.resolve("weights");
  }

  Path context() {
    return root.resolve("context");
  }

  /** The fields of the configuration in JSON, which is YAML too. */
  static Map<String, String> fields() {
    var fields = new LinkedHashMap<String, String>();
    fields.put("num_layers", "2");
    fields.put("hidden_size", "32");
    fields.put("ffn_hidden_size", "64");
    fields.put("num_attention_heads", "4");
    fields.put("num_query_groups", "2");
    fields.put("kv_channels", "null");
    fields.put("seq_length", "64");
    fields.put("add_bias_linear", "false");
    fields.put("gated_linear_unit", "true");
    fields.put("normalization", "\"RMSNorm\"");
    fields.put("layernorm_zero_centered_gamma", "false");
    fields.put("position_embedding_type", "\"rope\"");
    fields.put("share_embeddings_and_output_weights", "false");
    fields.put("bf16", "true");
    fields.put("window_size", "null");
    fields.put("forward_step_fn", "null");
    fields.put("make_vocab_size_divisible_by", "128");
    return fields;
  }

  void yaml(Map<String, String> fields) throws IOException {
    String silu = "{_target_: torch.nn.functional.silu, _call_: false}";
    String config =
        fields.entrySet().stream()
            .map(field -> "  " + field.getKey() + ": " + field.getValue() + "\n")
            .collect(Collectors.joining());
    Files.writeString(
        context().resolve("model.yaml"),
        "_target_: %sLlamaModel\nconfig:\n  _target_: %sLlamaConfig\n  activation_func: %s\n"
                .formatted(CLASS, CLASS, silu)
            + config
            + "tokenizer:\n  pretrained_model_name: words\n");
  }

  /** As Fiddle 0.3.1 writes it: objects by key, and of what class each would be. */
  void json(Map<String, String> fields) throws IOException {
    var config = new LinkedHashMap<String, String>();
    fields.forEach(
        (key, value) -> config.put(key, "{\"type\": \"leaf\", \"value\": " + value + "}"));
    config.put("activation_func", PYREF.formatted("torch.nn.functional", "silu"));
    String objects =
        String.join(
            ",\n",
            object("context_1", Map.of("model", ref("model_1"))),
            object("model_1", Map.of("config", ref("config_1"), "tokenizer", ref("words_1"))),
            object("words_1", Map.of("pretrained_model_name", leaf("\"words\""))),
            object("config_1", config),
            made("context_1", "nemo.lightning.io.pl", "TrainerContext"),
            made("model_1", "nemo.collections.llm.gpt.model.llama", "LlamaModel"),
            made("words_1", "nemo.tokenizers", "AutoTokenizer"),
            made("config_1", "nemo.collections.llm.gpt.model.llama", "LlamaConfig"));
    Files.writeString(
        context().resolve("io.json"),
        "{\"root\": "
            + ref("context_1")
            + ",\n\"objects\": {"
            + objects
            + "},\n"
            + "\"refcounts\": {}, \"version\": \"0.0.1\"}");
  }

  private static String leaf(String value) {
    return "{\"type\": \"leaf\", \"value\": " + value + "}";
  }

  private static String ref(String key) {
    return "{\"type\": \"ref\", \"key\": \"" + key + "\"}";
  }

  private static String object(String key, Map<String, String> nodes) {
    String items =
        nodes.entrySet().stream()
            .map(node -> "[\"Attr(name='" + node.getKey() + "')\", " + node.getValue() + "]")
            .collect(Collectors.joining(", ", "[", "]"));
    return "\"%s\": {\"type\": %s, \"items\": %s, \"metadata\": %s}"
        .formatted(key, PYREF.formatted("fiddle._src.config", "Config"), items, ref("of_" + key));
  }

  private static String made(String key, String module, String name) {
    return "\"of_%s\": {\"type\": %s, \"items\": [[\"Attr(name='fn_or_cls')\", %s]]}"
        .formatted(
            key,
            PYREF.formatted("fiddle._src.config", "BuildableTraverserMetadata"),
            PYREF.formatted(module, name));
  }
}
