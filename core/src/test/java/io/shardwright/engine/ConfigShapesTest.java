package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A configuration that contradicts the tensors, or has a value of another kind. */
class ConfigShapesTest extends ModelFolders {
  private static final String YAML = "model_config.yaml";

  private Path archive(String name) throws IOException {
    Path unpacked = folder.resolve("unpacked");
    if (!Files.exists(unpacked)) {
      Order.of(Checkpoints.copy(name, folder), unpacked).done();
    }
    return unpacked;
  }

  private void edit(Path file, String before, String after) throws IOException {
    String text = Files.readString(file);
    assertNotEquals(text, text.replace(before, after), before);
    Files.writeString(file, text.replace(before, after));
  }

  /** verify, plan and what writes refuse it; inspect and diff say it and go on. */
  private void assertContradicted(Path source, String... parts) throws IOException {
    Path out = folder.resolve("refused");
    for (Attempt run :
        List.of(
            Attempt.verify(source),
            Order.of(source, out).planned(),
            converting(source, out).tried())) {
      run.assertRefused(Kind.INPUT, parts);
      assertFalse(Files.exists(out));
    }
    assertNotEquals("", Attempt.open(source).assertDone().said());
    assertNotEquals(List.of(), Checkpoints.diff(source, source).notes());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "hidden_size: 64 | hidden_size: 32 | hidden_size is 32 | expected [",
        "num_attention_heads: 8 | num_attention_heads: 16 | num_attention_heads is 16 | expected [",
        "hidden_size: 64 | hidden_size: null | hidden_size is null | does not state the right size",
        "hidden_size: 64 | unused: 1 | hidden_size is absent | does not state the right size",
        "ffn_hidden_size: 176 | ffn_hidden_size: 208 | ffn_hidden_size is 208 | expected [",
        "num_query_groups: 4 | num_query_groups: 2 | num_query_groups is 2 | expected [",
        "kv_channels: null | kv_channels: 16 | kv_channels is 16 | expected [",
        "num_layers: 4 | num_layers: 6 | num_layers is 6 | found 4 layers",
        "num_layers: 4 | num_layers: 3 | num_layers is 3 | found 4 layers",
        "num_attention_heads: 8 | num_attention_heads: 7 | num_attention_heads is 7 | quotient",
        "make_vocab_size_divisible_by: 2 | make_vocab_size_divisible_by: 96 | is 96 | a multiple"
            + " of",
        "make_vocab_size_divisible_by: 2 | override_vocab_size: 240 | is 240 | has shape [250",
        "hidden_size: 64 | hidden_size: [64] | hidden_size is [64] (a list) | SW-124",
        "hidden_size: 64 | hidden_size: {a: 64} | hidden_size is a map | SW-124",
        "hidden_size: 64 | hidden_size: '64' | hidden_size is 64 (a text) | SW-124",
        "hidden_size: 64 | hidden_size: 64.0 | hidden_size is 64.0 (a number) | SW-124",
        "hidden_size: 64 | hidden_size: true | hidden_size is true (a truth value) | SW-124",
        "num_layers: 4 | num_layers: [4] | num_layers is [4] (a list) | SW-124",
        "mcore_gpt: true | mcore_gpt: 'true' | mcore_gpt is true (a text) | SW-124",
        "bias: false | bias: [false] | bias is [false] (a list) | SW-124",
        "share_embeddings_and_output_weights: false |"
            + " share_embeddings_and_output_weights: 0 | is 0 (a whole number) | SW-124",
        "num_query_groups: 4 | num_query_groups: {} | num_query_groups is a map | SW-124",
        "rotary_percentage: 1.0 | rotary_percentage: 1.25 | rotary_percentage is 1.25 | at most 1",
        "rotary_percentage: 1.0 | rotary_percentage: 0 | rotary_percentage is 0 | above 0",
        "rotary_percentage: 1.0 | rotary_percentage: .nan | rotary_percentage is .nan | SW-124",
        "max_position_embeddings: 128 | max_position_embeddings: -128 | is -128 | from 1 on",
        "encoder_seq_length: 128 | encoder_seq_length: [128] | is [128] (a list) | SW-124",
        "seed: 1234 | window_size: 128 | window_size is 128 | [tokens before",
        "seed: 1234 | window_size: [-2, 0] | is [-2, 0] | [tokens before",
        "seed: 1234 | num_moe_experts: 0 | num_moe_experts is 0 | from 1 on",
      })
  void isRefusedByKeyInAnArchive(String before, String after, String says, String found)
      throws IOException {
    Path source = archive("llama-gqa-tp1.nemo");
    edit(source.resolve(YAML), before + "\n", after + "\n");
    assertContradicted(source, says, found);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "llama | 'intermediate_size': 48 | 'intermediate_size': 64 | intermediate_size is 64",
        "llama | 'num_key_value_heads': 2 | 'num_key_value_heads': 4 | num_key_value_heads is 4",
        "llama | 'num_attention_heads': 4 | 'num_attention_heads': 3 | num_attention_heads is 3",
        "llama | 'num_hidden_layers': 4 | 'num_hidden_layers': 5 | num_hidden_layers is 5",
        "llama | 'vocab_size': 100 | 'vocab_size': 64 | vocab_size is 64",
        "llama | 'hidden_size': 32 | 'head_dim': 4, 'hidden_size': 32 | head_dim is 4",
        "llama | 'hidden_size': 32 | 'head_dim': 0, 'hidden_size': 32 | head_dim is 0",
        "llama | 'num_hidden_layers': 4 | 'num_hidden_layers': -4 | num_hidden_layers is -4",
        "llama | 'num_key_value_heads': 2 | 'num_key_value_heads': 8 | num_key_value_heads is 8",
        "llama | 'num_key_value_heads': 2 | 'num_key_value_heads': 3 | num_key_value_heads is 3",
        "mixtral | 'num_experts_per_tok': 2 | 'num_experts_per_tok': 9 | num_experts_per_tok is 9",
        "mixtral | 'num_experts_per_tok': 2 | 'num_experts_per_tok': 0 | num_experts_per_tok is 0",
        "gpt2 | 'n_positions': 64 | 'n_positions': 32 | n_positions is 32",
        "vit | 'patch_size': 4 | 'patch_size': 8 | patch_size is 8",
        "vit | 'image_size': 16 | 'image_size': 32 | image_size is 32",
        "vit | 'image_size': 16 | 'image_size': [16, 32] | image_size is [16, 32]",
        "vit | 'num_channels': 3 | 'num_channels': 1 | num_channels is 1",
        "llama | 'hidden_size': 32 | 'hidden_size': [32] | hidden_size is [32] (a list)",
        "llama | 'hidden_size': 32 | 'hidden_size': '32' | hidden_size is 32 (a text)",
        "llama | 'hidden_act': 'silu' | 'hidden_act': {} | hidden_act is a map",
        "mixtral | 'sliding_window': null | 'sliding_window': 0 | sliding_window is 0",
        "llama | 'attention_bias': false | 'attention_bias': [true] | attention_bias is [true]",
        "llama | 'attention_bias': false | 'attention_bias': 0 | attention_bias is 0",
        "llama | 'vocab_size': 100 | 'vocab_size': 100.0 | vocab_size is 100.0 (a number)",
        "llama | 'rope_scaling': null | 'rope_scaling': 'linear' | rope_scaling is linear (a text)",
        "llama | 'rms_norm_eps': 1e-06 | 'rms_norm_eps': 'small' | rms_norm_eps is small (a text)",
        "vit | 'image_size': 16 | 'image_size': '16' | image_size is 16 (a text)",
        "vit | 'patch_size': 4 | 'patch_size': [4, 2] | patch_size is [4, 2]",
      })
  void isRefusedByKeyInAFolder(String model, String before, String after, String says)
      throws IOException {
    Path source = huggingFace(model);
    edit(source.resolve(CONFIG), before.replace('\'', '"'), after.replace('\'', '"'));
    if (says.contains("[4, 2]")) {
      assertRefused(Kind.INPUT, says, source);
    } else {
      assertContradicted(source, says);
    }
  }

  @Test
  void aListOfBothSidesIsAnImagesSize() throws IOException {
    Path source = huggingFace("vit");
    edit(source.resolve(CONFIG), "\"image_size\": 16", "\"image_size\": [16, 16]");
    edit(source.resolve(CONFIG), "\"patch_size\": 4", "\"patch_size\": [4, 4]");
    Path nemo = convert(source, "m");
    var lines = Files.readAllLines(nemo.resolve(YAML));
    assertTrue(lines.contains("img_h: 16") && lines.contains("img_w: 16"), lines.toString());
    assertTrue(lines.contains("patch_dim: 4"), lines.toString());
  }

  @Test
  void positionsOfAVitAreThoseOfItsImageAndPatch() throws IOException {
    Path nemo = convert(huggingFace("vit"), "m");
    edit(nemo.resolve(YAML), "img_w: 16", "img_w: 32");
    assertContradicted(nemo, "img_w is 32", "class_token_length is 1", "has shape [17, ");
  }

  @Test
  void aReferenceMeansWhatItLeadsTo() throws IOException {
    Path source = archive("llama-gqa-tp1.nemo");
    edit(source.resolve(YAML), "ffn_hidden_size: 176\n", "ffn_hidden_size: ${.f}\nf: 176\n");
    Order.of(source, folder.resolve("out")).tp(2).done();
  }

  @Test
  void whatNoFamilyHasIsNoContradiction() throws IOException {
    Path source = archive("llama-gqa-tp1.nemo");
    edit(source.resolve(YAML), "hidden_size: 64\n", "hidden_size: [1]\n");
    edit(source.resolve(YAML), "MegatronGPTModel", "Other");
    Attempt.verify(source).assertDone();
  }

  @Test
  void aFileIsIncompleteOnlyWhereItIs() throws IOException {
    Path source = huggingFace("llama");
    var tensors = HeldTensors.of(source.resolve(WEIGHTS));
    tensors.remove("lm_head.weight");
    tensors.write(source.resolve(WEIGHTS));
    Attempt run = Order.of(source, folder.resolve("o.nemo")).to(TargetFormat.NEMO).tried();
    run.assertRefused(Kind.INPUT, "tie_word_embeddings is false");
    assertFalse(run.said().contains("incomplete"), run.said());
  }

  @Test
  void namesWhatItReplicated() throws IOException {
    Path source = huggingFace("llama");
    var tensors = HeldTensors.of(source.resolve(WEIGHTS));
    tensors.copy("model.norm.weight", "model.extra.scale");
    tensors.write(source.resolve(WEIGHTS));
    Order.of(source, folder.resolve("o.nemo"))
        .to(TargetFormat.NEMO)
        .tried()
        .assertRefused(Kind.INPUT, "a tensor that ranks divide");
    Order.of(source, folder.resolve("o.nemo"))
        .to(TargetFormat.NEMO)
        .with(parts -> parts.replicateUnmatched(true))
        .tried()
        .assertDone("'model.extra.scale': copied to every rank");
  }
}
