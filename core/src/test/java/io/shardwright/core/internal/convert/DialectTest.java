package io.shardwright.core.internal.convert;

import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.innerSize;
import static io.shardwright.spi.config.ConfigKey.inverted;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.of;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.config.Codec;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.TransformersKeys;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A dialect of another kind of document, such as a training's arguments, is a few rows. */
class DialectTest {
  private static final Dialect ARGUMENTS =
      Dialect.of("args")
          .with(
              same("num_layers", "num_layers"),
              same("hidden_size", "hidden_size"),
              same("num_attention_heads", "num_attention_heads"),
              innerSize("ffn_hidden_size"),
              headSize("kv_channels"),
              of(
                  "activation",
                  new Codec.Cases(
                      Map.of(
                          "swiglu", Map.of("swiglu", "true"),
                          "squared-relu", Map.of("squared_relu", "true"),
                          "gelu", Map.of())),
                  "swiglu",
                  "squared_relu"),
              words(
                  "normalization",
                  "normalization",
                  Map.of("RMSNorm", "rmsnorm", "LayerNorm", "layernorm")),
              inverted(
                  "share_embeddings_and_output_weights", "untie_embeddings_and_output_weights"),
              of("last_layer", new Codec.Offset(1), "schedule.layers"),
              same("rotary_base", "rotary.base", "rotary_base").orElse("10000.0"),
              only("model", "gpt"),
              means("transformer_block_type", "pre_ln"))
          .ignoring("padded_vocab_size", "lr");
  private static final YamlDocument BASE =
      yaml(Map.of("num_layers", "1", "hidden_size", "8", "num_attention_heads", "1"));

  private static YamlDocument yaml(Map<String, String> values) {
    YamlDocument document = YamlDocument.of(Map.of(), Guard.standard());
    for (var value : values.entrySet()) {
      document = document.with(value.getKey(), value.getValue());
    }
    return document;
  }

  private static Map<String, String> read(Obj document) {
    return Reading.of(new DialectDocument(document), ARGUMENTS, BASE)
        .rows()
        .requireSound("args")
        .values();
  }

  private static Obj written(Map<String, String> canonical) {
    var writing = new Writing(yaml(canonical), "args");
    writing.rows(ARGUMENTS);
    assertEquals(List.of(), writing.problems(), "" + canonical);
    return writing.document();
  }

  private static Obj json(String text) {
    var source = new MemorySource(text.getBytes(StandardCharsets.UTF_8), "args");
    return JsonDocument.parsePython(source, Limit.CONFIG_BYTES, Guard.standard());
  }

  private static Map<String, String> model(Random random) {
    Map<String, String> model = new LinkedHashMap<>();
    long heads = 1 + random.nextInt(16);
    long size = heads * (1 + random.nextInt(64));
    model.put("num_layers", "" + (1 + random.nextInt(99)));
    model.put("hidden_size", "" + size);
    model.put("num_attention_heads", "" + heads);
    model.put("ffn_hidden_size", "" + (1 + random.nextInt(9999)));
    if (random.nextBoolean()) {
      model.put("kv_channels", "" + (size / heads + 1));
    }
    model.put("activation", List.of("swiglu", "squared-relu", "gelu").get(random.nextInt(3)));
    model.put("normalization", List.of("rmsnorm", "layernorm").get(random.nextInt(2)));
    model.put("share_embeddings_and_output_weights", "" + random.nextBoolean());
    model.put("last_layer", "" + random.nextInt(99));
    model.put("rotary_base", random.nextInt(1, 99) + ".5");
    model.put("transformer_block_type", "pre_ln");
    return model;
  }

  @Test
  void saysEveryModelThereAndBack() {
    for (long seed = 0; seed < 500; seed++) {
      var model = model(new Random(seed));
      Obj document = written(model);
      assertEquals(model, read(document), "seed " + seed + ": " + document);
      assertEquals(document, written(read(document)), "seed " + seed);
    }
  }

  @Test
  void readsWhatAbsentKeysStandFor() {
    var values = read(json("{\"hidden_size\": 64, \"padded_vocab_size\": 512}"));
    assertEquals("256", values.get("ffn_hidden_size"));
    assertEquals("gelu", values.get("activation"));
    assertEquals("10000.0", values.get("rotary_base"));
  }

  @Test
  void writesTheKeysOfTheDialect() {
    var model = model(new Random(1));
    model.putAll(Map.of("activation", "swiglu", "share_embeddings_and_output_weights", "true"));
    var document = new DialectDocument(written(model));
    assertEquals("true", document.text("swiglu").orElseThrow());
    assertEquals("false", document.text("squared_relu").orElseThrow());
    assertEquals("false", document.text("untie_embeddings_and_output_weights").orElseThrow());
    assertEquals(model.get("rotary_base"), document.text("rotary.base").orElseThrow());
    assertEquals("gpt", document.text("model").orElseThrow());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'swiglu': true, 'squared_relu': true} | swiglu is true, squared_relu is true",
        "{'normalization': 'BatchNorm'} | expected one of [LayerNorm, RMSNorm]",
        "{'untie_embeddings_and_output_weights': 1} | expected a truth value",
        "{'rotary_base': 1, 'rotary': {'base': 2}} | 'rotary.base' is 2 and 'rotary_base' is 1",
        "{'model': 'bert'} | model is 'bert', expected 'gpt'",
        "{'hidden_size': '64'} | SW-124 args: hidden_size is 64 (a text)",
        "{'schedule': {'layers': 1.5}} | SW-124 args: schedule.layers is 1.5 (a number)",
        "{'num_layers': [2]} | SW-124 args: num_layers is [2] (a list)",
      })
  void refusesByKeyWhatTheCanonicalSideCantSay(String document, String message) {
    var refused =
        assertThrows(CheckpointException.class, () -> read(json(document.replace('\'', '"'))));
    String said = refused.code() + " " + refused.getMessage();
    assertTrue(said.contains(message), said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "activation | geglu | activation is geglu, which args can't express",
        "normalization | layernorm1p | normalization is layernorm1p, which args can't express",
        "transformer_block_type | post_ln | can't express: it means pre_ln",
        "num_layers | [64] | num_layers is [64] (a list), expected what args can express",
      })
  void refusesByKeyWhatTheDialectCantSay(String key, String value, String message) {
    var writing = new Writing(BASE.with(key, value), "args");
    writing.rows(ARGUMENTS);
    assertEquals(1, writing.problems().size(), "" + writing.problems());
    assertTrue(writing.problems().get(0).contains(message), "" + writing.problems());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'sliding_window': 0} | SW-124 config.json: sliding_window is 0 (a whole number),"
            + " expected",
        "{'image_size': [224]} | SW-124 config.json: image_size is [224] (a list), expected a"
            + " whole",
        "{'patch_size': -1} | SW-124 config.json: patch_size is -1 (a whole number), expected a",
        "{'patch_size': [16, 8]} | SW-208 config.json: patch_size is [16, 8], expected a square",
        "{'num_labels': 3, 'id2label': {'0': 'a'}} | SW-122 config.json: 'the number of id2label'"
            + " is",
      })
  void refusesWhatNoImageOrWindowIs(String document, String message) {
    var dialect =
        TransformersKeys.CONFIG.with(
            TransformersKeys.WINDOW,
            TransformersKeys.IMAGE,
            TransformersKeys.PATCH,
            TransformersKeys.LABELS);
    var read = Reading.of(new DialectDocument(json(document.replace('\'', '"'))), dialect, BASE);
    var refused =
        assertThrows(CheckpointException.class, () -> read.rows().requireSound("config.json"));
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"16, 12, 2", "64, 8, 16", "64, 8, [8]", "64, 0, 8"})
  void refusesHeadsThatAClassWithoutAKeyForThemCantHave(String size, String heads, String head) {
    var config =
        BASE.with("hidden_size", size).with("num_attention_heads", heads).with("kv_channels", head);
    var writing = new Writing(config, "GPT2");
    writing.rows(Dialect.of("config.json").with(headSize()));
    assertEquals(1, writing.problems().size(), "" + writing.problems());
    String problem = writing.problems().get(0);
    assertTrue(problem.startsWith("kv_channels is " + head), problem);
  }

  @Test
  void namesKeysThatItDoesNotKnow() {
    Obj document = json("{\"lr\": 0.1, \"zero\": 3}");
    var notes = Reading.of(new DialectDocument(document), ARGUMENTS, BASE).rows().notes();
    assertEquals(1, notes.size(), "" + notes);
    assertTrue(notes.get(0).startsWith("'zero' of args has no counterpart"), notes.get(0));
  }
}
