package io.shardwright.hostile;

import io.shardwright.spi.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/** Configurations of a {@code .nemo} that would build objects, reach out, or grow without end. */
final class ConfigCases {
  private static final ErrorCode BAD = ErrorCode.YAML_MALFORMED;
  private final List<Case> cases = new ArrayList<>();

  private ConfigCases() {}

  static List<Case> all() {
    var cases = new ConfigCases();
    cases.tags();
    cases.grammar();
    cases.bombs();
    cases.meanings();
    return cases.cases;
  }

  static byte[] nemo(byte[] config) {
    return new Tar().file("./model_config.yaml", config).weights().end();
  }

  private void refused(String name, String yaml, ErrorCode... codes) {
    cases.add(Case.refused(name, nemo(Octets.utf8(yaml)), codes));
  }

  private void accepted(String name, String yaml) {
    cases.add(Case.accepted(name, nemo(Octets.utf8(yaml)), Benign.W));
  }

  private void tags() {
    for (String tag :
        new String[] {
          "!!python/object/apply:os.system [id]",
          "!!python/object/new:os.system [id]",
          "!!python/name:os.system",
          "!!python/module:os",
          "!!python/tuple [1]",
          "!!python/str a",
          "!!java.io.FileOutputStream [\"pwned\"]",
          "!!javax.script.ScriptEngineManager []",
          "!!java.net.URL [\"http://127.0.0.1/\"]",
          "!custom x",
          "!<tag:evil,2026:x> y"
        }) {
      refused("the tag " + tag, "a: " + tag + "\n", BAD);
    }
    refused("a tag on a key", "? !!python/name:os.system a\n: 1\n", BAD);
    refused(
        "a tag prefix of its own",
        "%TAG !e! tag:yaml.org,2002:python/\n---\na: !e!name:os.system x\n",
        BAD);
  }

  private void grammar() {
    refused("a key twice", "a: 1\na: 2\n", BAD);
    refused("a key twice, spelt another way", "a: 1\n\"\\x61\": 2\n", BAD);
    refused("a key twice in flow", "a: {b: 1, b: 2}\n", BAD);
    refused("two documents", "a: 1\n---\nb: 2\n", BAD);
    refused("a list at the root", "- 1\n", BAD);
    refused("a text at the root", "hello\n", BAD);
    refused("nothing", "", BAD);
    refused("a map as a key", "? {a: 1}\n: 2\n", BAD);
    refused("a list as a key", "? [a]\n: 2\n", BAD);
    refused("a tab as indentation", "a:\n\tb: 1\n", BAD);
    refused("an unclosed list", "a: [1, 2\n", BAD);
    refused("an alias of nothing", "a: *x\n", BAD);
    refused("a control character", "a: \u0001\n", BAD);
    cases.add(
        Case.refused(
            "a byte that is not UTF-8", nemo(new byte[] {'a', ':', ' ', (byte) 0xff}), BAD));
    cases.add(
        Case.refused(
            "UTF-16",
            nemo(new byte[] {(byte) 0xfe, (byte) 0xff, 0, 'a', 0, ':', 0, ' ', 0, '1'}),
            BAD));
    cases.add(
        Case.refused(
            "an overlong slash", nemo(new byte[] {'a', ':', ' ', (byte) 0xc0, (byte) 0xaf}), BAD));
    refused("merges a value that is not a map", "<<: 1\na: 2\n", BAD);
  }

  private void bombs() {
    var laughs = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 40; i++) {
      laughs.append("a" + i + ": &a" + i + " [*a" + (i - 1) + ", *a" + (i - 1) + "]\n");
    }
    refused("a billion laughs", laughs.toString(), ErrorCode.LIMIT_EXCEEDED);
    refused("a list of itself", "a: &a [*a]\n", BAD);
    refused("a map of itself", "a: &a {b: *a}\n", BAD);
    refused(
        "lists 10,000 deep",
        "a: " + "[".repeat(10_000) + "]".repeat(10_000) + "\n",
        ErrorCode.LIMIT_EXCEEDED);
    refused(
        "maps 10,000 deep",
        "a: " + "{a: ".repeat(10_000) + "}".repeat(10_000) + "\n",
        ErrorCode.LIMIT_EXCEEDED);
    refused(
        "20,000 aliases",
        "a: &a 1\nb: [" + "*a, ".repeat(20_000) + "1]\n",
        ErrorCode.LIMIT_EXCEEDED);
    refused("17 MB", "a: " + "x".repeat(17 << 20) + "\n", ErrorCode.LIMIT_EXCEEDED);
    refused(
        "three million nodes", "a: [" + "1,".repeat(3_000_000) + "1]\n", ErrorCode.LIMIT_EXCEEDED);
    refused("a word of 8 MB", "a: " + "x".repeat(8 << 20) + "\n", ErrorCode.LIMIT_EXCEEDED);
    accepted("words of 500 kB", "a: " + "x ".repeat(1 << 18) + "\n");
    accepted("a number of 30,000 colons", "a: 1" + ":1".repeat(30_000) + "\n");
    accepted("a number of 60,000 digits", "a: " + "9".repeat(60_000) + "\n");
    accepted("a key of 50,000 characters", "? " + "k".repeat(50_000) + "\n: 1\n");
  }

  private void meanings() {
    accepted("a target that is a shell", "target: os.system\n");
    accepted(
        "a target of Hydra",
        "_target_: omegaconf.omegaconf.os.getpid\nmodel: {_target_: os.system}\n");
    accepted("the environment", "a: ${oc.env:HOME}\nb: ${env:PATH}\nc: ${oc.decode:x}\n");
    accepted("a reference to itself", "a: ${a}\nb: ${c}\nc: ${b}\n");
    accepted(
        "paths of this machine",
        "tokenizer:\n"
            + "  model: /etc/passwd\n"
            + "  vocab_file: file:///etc/shadow\n"
            + "  merge_file: http://127.0.0.1:9/x\n");
    accepted(
        "artifacts elsewhere",
        "tokenizer:\n  model: nemo:../../etc/passwd\n  vocab_file: nemo:/etc/passwd\n");
    refused(
        "a million ranks",
        "tensor_model_parallel_size: 1000\npipeline_model_parallel_size: 1000\n");
    refused(
        "99,999 squared ranks",
        "tensor_model_parallel_size: 99999\npipeline_model_parallel_size: 99999\n");
    refused("ranks below 0", "tensor_model_parallel_size: -1\n", ErrorCode.PARALLEL_SIZE_MISMATCH);
    refused("ranks of 2^70", "tensor_model_parallel_size: 1180591620717411303424\n");
    String vit =
        "target:"
            + " nemo.collections.vision.models.megatron_vit_classification_models.MegatronVitClassificationModel\n";
    String gpt =
        "target:"
            + " nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel\n";
    for (String numbers :
        new String[] {
          "num_layers: 2000000000\n",
          "num_layers: -5\n",
          "num_layers: 9999999999999999999\n",
          "num_layers: 1\nnum_attention_heads: 0\nhidden_size: 0\n",
          "num_layers: 1\nnum_attention_heads: -1\nhidden_size: 4611686018427387904\n",
          "num_layers: 100000\nnum_moe_experts: 100000\n",
          "num_layers: a\nhidden_size: []\n"
        }) {
      accepted("a ViT of " + numbers.replace('\n', ' '), vit + numbers);
      accepted("a GPT of " + numbers.replace('\n', ' '), gpt + numbers);
    }
  }
}
