package io.shardwright.core.internal.convert;

import static io.shardwright.spi.config.ConfigKey.of;
import static io.shardwright.spi.config.ConfigKey.same;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.config.Codec.LayerKinds;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A word for each layer, or a period, there; a period or numbers here. */
class LayerPatternTest {
  private static final String KEY = "linear_attention_freq";
  private static final Dialect KEYS =
      Dialect.of("config.json")
          .with(
              same("num_layers", "layers"),
              of(KEY, new LayerKinds("full", "linear"), "kinds", "period").orElse("4"));

  private static String read(String document) {
    var source = new MemorySource(document.getBytes(StandardCharsets.UTF_8), "config.json");
    var parsed = JsonDocument.parsePython(source, Limit.CONFIG_BYTES, Guard.standard());
    var base = YamlDocument.of(Map.of(), Guard.standard());
    return Reading.of(new DialectDocument(parsed), KEYS, base)
        .rows()
        .requireSound("config.json")
        .text(KEY)
        .orElse("null");
  }

  private static String written(String layers, String value) {
    var config =
        YamlDocument.of(Map.of(), Guard.standard()).with("num_layers", layers).with(KEY, value);
    var writing = new Writing(config, "config.json");
    writing.rows(KEYS);
    assertTrue(writing.problems().isEmpty(), writing.problems().toString());
    return ((Arr) writing.document().get("kinds").orElseThrow())
        .items().stream()
            .map(kind -> DialectDocument.text(kind).orElseThrow())
            .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"layers\": 4, \"kinds\": [\"linear\", \"full\", \"linear\", \"full\"] | 2",
        "\"layers\": 2, \"kinds\": [\"full\", \"full\"] | 1",
        "\"layers\": 3, \"kinds\": [\"linear\", \"linear\", \"linear\"] | 4",
        "\"layers\": 3, \"kinds\": [\"full\", \"linear\", \"linear\"] | [0, 1, 1]",
        "\"layers\": 8, \"period\": 3 | 3",
        "\"layers\": 2, \"period\": 3 | 4",
        "\"layers\": 5, \"kinds\": [\"linear\", \"linear\", \"linear\", \"linear\", \"linear\"]"
            + " | [1, 1, 1, 1, 1]",
        "\"layers\": 8 | 4",
      })
  void readsAPeriodWhereThereIsOne(String document, String expected) {
    assertEquals(expected, read("{" + document + "}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"layers\": 4, \"kinds\": [\"linear\", \"full\"] | lists 2 layers, and there are 4",
        "\"layers\": 1, \"kinds\": [\"other\"] | expected full or linear",
        "\"layers\": 2, \"kinds\": [\"full\", \"full\"], \"period\": 2 | mean different layers",
        "\"layers\": 2, \"kinds\": \"full\" | kinds",
      })
  void refusesWhatIsNoPattern(String document, String part) {
    var refusal = assertThrows(CheckpointException.class, () -> read("{" + document + "}"));
    assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
  }

  @Test
  void saysEveryPatternThereAndBack() {
    for (long seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      int layers = 1 + random.nextInt(7);
      String kinds =
          IntStream.range(0, layers)
              .mapToObj(layer -> random.nextBoolean() ? "full" : "linear")
              .collect(Collectors.joining(" "));
      String list = "[\"" + kinds.replace(" ", "\", \"") + "\"]";
      String value = read("{\"layers\": " + layers + ", \"kinds\": " + list + "}");
      assertEquals(kinds, written("" + layers, value), "seed " + seed + ": " + value);
    }
  }
}
