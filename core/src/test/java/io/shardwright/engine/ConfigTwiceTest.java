package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

/** Facts that a Hugging Face configuration says in two places. */
class ConfigTwiceTest extends ModelFolders {
  private static final String DISAGREE = "SW-122";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama | \"rope_theta\": 10000.0 | \"rope_theta\": 10000.0, \"rope_parameters\":"
            + " {\"rope_theta\": 500000.0} | 'rope_parameters.rope_theta' is 5",
        "qwen2 | \"rope_theta\" | \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.0,"
            + " \"rope_theta\": 2.0}, \"rope_theta\" | 'rope_scaling.rope_theta' is 2.0",
        "llama-linear-rope | \"rope_theta\" | \"rope_parameters\": {\"rope_type\": \"linear\","
            + " \"factor\": 4.0}, \"rope_theta\" | 'rope_scaling.factor' is 2.0",
        "llama-linear-rope | \"rope_theta\" | \"rope_parameters\": {\"rope_type\": \"default\"},"
            + " \"rope_theta\" | 'rope_parameters.rope_type' is default",
        "llama-linear-rope | \"type\": \"linear\" | \"type\": \"dynamic\" | .type' is dynamic",
        "nemotron | \"rope_theta\" | \"rope_parameters\": {\"partial_rotary_factor\": 0.25},"
            + " \"rope_theta\" | 'partial_rotary_factor' is 0.5",
        "gpt2 | \"n_embd\": 32 | \"n_embd\": 32, \"hidden_size\": 64 | 'hidden_size' is 64",
        "gpt2 | \"n_layer\": 4 | \"n_layer\": 4, \"num_hidden_layers\": 2 | 'n_layer' is 4",
        "gpt2 | \"n_positions\": 64 | \"n_positions\": 64, \"max_position_embeddings\": 9 | is 9",
        "mixtral | \"num_local_experts\" | \"num_experts\": 8, \"num_local_experts\" | is 8",
        "falcon-40b-like | \"hidden_size\" | \"n_embed\": 64, \"hidden_size\" | 'n_embed' is 64",
        "llama | \"torch_dtype\" | \"dtype\": \"bfloat16\", \"torch_dtype\" | 'dtype' is bfloat16",
        "llama | \"use_cache\" | \"text_config\": {\"hidden_size\": 64}, \"use_cache\" | is 64",
        "llama | \"mlp_bias\": false | \"text_config\": {\"mlp_bias\": true} | is absent",
        "llama | \"model_type\": \"llama\" | \"model_type\": \"mistral\" | 'model_type' is mistral",
        "vit | \"encoder_stride\" | \"num_labels\": 3, \"encoder_stride\" | number of id2label",
        "qwen2 | \"use_cache\" | \"layer_types\": [\"sliding_attention\"], \"use_cache\" | sliding",
        "llama | \"hidden_size\": 32 | \"hidden_size\": 64, \"hidden_size\": 32 | 64 and 32",
      })
  void refusesTwoValuesOfOneFact(String model, String before, String after, String part)
      throws IOException {
    Path source = changed(model, before, after);
    assertRefused(Kind.INPUT, List.of(DISAGREE, part), source);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama | \"rope_theta\": 10000.0 | \"rope_theta\": 10000.0,"
            + " \"rope_parameters\": {\"rope_theta\": 1e4} | 10000.0 in 'rope_theta' and in",
        "gpt2 | \"n_embd\": 32 | \"n_embd\": 32, \"hidden_size\": 32 | 'n_embd' and in"
            + " 'hidden_size'",
        "llama | \"torch_dtype\" | \"dtype\": \"torch.float32\", \"torch_dtype\" | 'dtype' and in",
        "vit | \"encoder_stride\" | \"num_labels\": 10, \"encoder_stride\" | says 10 in",
        "llama | \"hidden_size\": 32 | \"hidden_size\": 32, \"hidden_size\": 32 | 'hidden_size'"
            + " twice",
        "llama | \"torch_dtype\": \"float32\" | \"dtype\": \"bfloat16\" | values are float32",
      })
  void saysWhatIsSaidTwiceAndAlike(String model, String before, String after, String part)
      throws IOException {
    Path source = changed(model, before, after);
    Order.of(source, folder.resolve("out.nemo")).to(TargetFormat.NEMO).tried().assertDone(part);
    var same =
        Checkpoints.diff(folder.resolve("out.nemo"), convert(unchanged(model), "plain.nemo"));
    assertTrue(same.same() && same.config().isEmpty(), same.toString());
  }

  /** GPT2Config knows its sizes under two names each, and the second is a name as good. */
  @Test
  void readsASizeUnderItsOtherName() throws IOException {
    Path source = changed("gpt2", "\"n_embd\"", "\"hidden_size\"");
    Path out = convert(source, "out.nemo");
    assertEquals(configOf(convert(unchanged("gpt2"), "plain.nemo")), configOf(out));
  }

  @Test
  void refusesRotaryPositionsThatDifferByLayer() throws IOException {
    Path source =
        changed(
            "qwen2",
            "\"rope_theta\": 10000.0",
            "\"rope_parameters\": {\"full_attention\": {\"rope_theta\": 1e6}}");
    assertRefused(Kind.INPUT, "rope_parameters differs by the kind of layer", source);
  }

  @Test
  void saysWhatOtherDocumentsSayOtherwise() throws IOException {
    Path source = huggingFace("llama");
    Path generation = source.resolve("generation_config.json");
    Files.writeString(generation, "{\"eos_token_id\": [2, 3], \"bos_token_id\": 1}");
    Order.of(source, folder.resolve("out.nemo"))
        .to(TargetFormat.NEMO)
        .tried()
        .assertDone("generation_config.json differ in eos_token_id:");
    Files.writeString(generation, "{\"tie_word_embeddings\": true}");
    assertRefused(Kind.INPUT, "'tie_word_embeddings' differs between config.json and", source);
    Files.writeString(generation, "not JSON");
    Order.of(source, folder.resolve("2.nemo")).to(TargetFormat.NEMO).tried().assertDone();
  }

  /** A configuration that can't be trusted is no reason not to look at the tensors. */
  @Test
  void looksAtTheTensorsAllTheSame() throws IOException {
    Path source = changed("gpt2", "\"n_embd\": 32", "\"n_embd\": 32, \"hidden_size\": 64");
    Attempt.open(source).assertDone(DISAGREE);
    Attempt.verify(source).assertDone(DISAGREE);
  }

  private Path unchanged(String model) throws IOException {
    return copy("/community/" + model, "unchanged-" + model);
  }

  private Path changed(String model, String before, String after) throws IOException {
    Path source = huggingFace(model);
    Path config = source.resolve(CONFIG);
    String text = Files.readString(config);
    Files.delete(config);
    Files.writeString(config, text.replace(before, after));
    assertNotEquals(text, Files.readString(config));
    return source;
  }
}
