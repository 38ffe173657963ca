package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hugging Face folders that can't be converted. */
class HuggingFaceRefusalTest extends ModelFolders {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama | \"hidden_act\": \"silu\" | \"hidden_act\": \"gelu\" | hidden_act is 'gelu'",
        "llama | \"attention_bias\": false | \"attention_bias\": true | attention_bias",
        "llama | \"rope_scaling\": null | \"rope_scaling\": {\"type\": \"yarn\"} | 'yarn'",
        "llama | \"use_cache\" | \"quantization_config\": {}, \"use_cache\" | quantized",
        "gpt2 | \"scale_attn_weights\": true | \"scale_attn_weights\": false | scale_attn",
        "vit | \"qkv_bias\": true | \"qkv_bias\": false | qkv_bias",
        "llama | LlamaForCausalLM | OtherForCausalLM | other-type",
      })
  void refusesWhatNemoCannotExpress(String model, String before, String after, String part)
      throws IOException {
    Path source = huggingFace(model);
    String config = Files.readString(source.resolve(CONFIG));
    String changed = config.replace(before, after);
    if (part.equals("other-type")) {
      changed = changed.replace("\"llama\"", "\"other-type\"");
      part = "no family knows architecture 'OtherForCausalLM'";
    }
    assertNotEquals(config, changed);
    Files.writeString(source.resolve(CONFIG), changed);
    assertRefused(Kind.INPUT, part, source);
  }

  @ParameterizedTest
  @CsvSource({
    "T5ForConditionalGeneration, t5, false",
    "MT5ForConditionalGeneration, mt5, false",
    "UMT5EncoderModel, umt5, false",
    "BartForConditionalGeneration, bart, true",
  })
  void refusesAnEncoderWithADecoderForItsReasonAndTakesItAsTensors(
      String architecture, String type, boolean said) throws IOException {
    Path source = huggingFace("llama");
    String config = Files.readString(source.resolve(CONFIG));
    Files.writeString(
        source.resolve(CONFIG),
        config
            .replace("LlamaForCausalLM", architecture)
            .replace(
                "\"llama\"", "\"" + type + "\"" + (said ? ", \"is_encoder_decoder\": true" : "")));
    assertRefused(Kind.INPUT, "'" + architecture + "', an encoder with a decoder", source);
    assertRefused(Kind.INPUT, "read from NeMo's own files alone", source);
    Path plain = folder.resolve("plain");
    Order.of(source, plain).to(TargetFormat.SAFETENSORS).tried().assertDone();
  }

  @Test
  void refusesAClassThatCannotExpressTheConfiguration() throws IOException {
    Path nemo = convert(huggingFace("llama"), "m");
    Path config = nemo.resolve("model_config.yaml");
    Files.writeString(
        config,
        Files.readString(config).replace("rotary_percentage: 1.0", "rotary_percentage: 0.5"));
    Attempt run = Order.of(nemo, folder.resolve("x")).to(TargetFormat.HUGGING_FACE).tried();
    run.assertRefused(Kind.INPUT);
    assertTrue(
        run.said().contains("SW-208") && run.said().contains("rotary_percentage"), run.said());
  }

  /** Its gated weight has a factor more than the class's has. */
  @Test
  void refusesAGatedGptForAClassWithoutGates() throws IOException {
    TinyGpt gated = null;
    for (long seed = 0; gated == null; seed++) {
      var model = new TinyGpt(seed);
      boolean fits =
          model.config.get("activation").equals("fast-geglu")
              && model.config.get("normalization").equals("layernorm")
              && model.config.get("position_embedding_type").equals("learned_absolute")
              && model.config.get("bias").equals("true");
      gated = fits && model.legacyToo() ? model : null;
    }
    Path nemo = gated.write(folder.resolve("gated"));
    Attempt run = Order.of(nemo, folder.resolve("x")).to(TargetFormat.HUGGING_FACE).tried();
    run.assertRefused(Kind.INPUT);
    assertTrue(run.said().contains("SW-208") && run.said().contains("activation"), run.said());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model.layers.1.mlp.up_proj.weight | | SW-116",
        "model.layers.1.self_attn.k_proj.weight | | SW-116",
        "model.layers.1.mlp.up_proj.weight | model.layers.1.mlp.upp_proj.weight | SW-206",
        "model.layers.1.mlp.up_proj.weight | model.layers.9.mlp.up_proj.weight | SW-116",
      })
  void namesATensorThatIsMissingOrUnknown(String name, String instead, String code)
      throws IOException {
    Path source = huggingFace("llama");
    var file = source.resolve(WEIGHTS);
    String header = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    String renamed = instead == null ? name.replace("model.layers", "model.layerz") : instead;
    byte[] bytes = header.replace(name, renamed).getBytes(StandardCharsets.ISO_8859_1);
    long grown = renamed.length() - name.length();
    var length = ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    length.putLong(0, length.getLong(0) + grown);
    Files.write(file, bytes);
    String expected = instead == null ? "SW-206" : code;
    assertRefused(Kind.INPUT, expected, source);
    assertRefused(Kind.INPUT, "layer", source);
  }

  /** Python's json reads and writes them; a head's size they are not. */
  @Test
  void refusesAHeadOfInfiniteSize() throws IOException {
    Path model = llama("tiny-llama-gqa");
    Path config = model.resolve(CONFIG);
    String said = Files.readString(config);
    for (String size : List.of("Infinity", "-Infinity", "NaN")) {
      Files.writeString(config, said.replaceFirst("\\{", "{\"head_dim\": " + size + ","));
      assertRefused(Kind.INPUT, "SW-124", model);
    }
  }
}
