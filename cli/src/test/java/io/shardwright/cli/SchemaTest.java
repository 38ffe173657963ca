package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What commands print with {@code --json} is what docs/schema says, key for key. */
class SchemaTest {
  private static final Path SCHEMAS = Path.of("../docs/schema");
  private static final Path RESOURCES = Path.of("../core/src/test/resources");
  private static final String URN = "urn:shardwright:schema:";

  private static final JsonSchemaFactory FACTORY = factory();

  @TempDir static Path folder;

  @BeforeAll
  static void prepare() throws IOException {
    Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Checkpoints.copy("vit-tp2.nemo", folder);
    Files.writeString(folder.resolve("family.yaml"), "family: mine\n");
  }

  private static JsonSchemaFactory factory() {
    var texts = new HashMap<String, String>();
    try (Stream<Path> files = Files.list(SCHEMAS)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".json")).toList()) {
        String name = file.getFileName().toString().replace(".json", "");
        texts.put(URN + name, Files.readString(file));
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return JsonSchemaFactory.getInstance(
        VersionFlag.V202012, builder -> builder.schemaLoaders(all -> all.schemas(texts)));
  }

  static void assertMeets(String schema, String json) {
    JsonSchema known = FACTORY.getSchema(SchemaLocation.of(URN + schema));
    var found = known.validate(json, InputFormat.JSON).stream().limit(5).toList();
    assertTrue(
        found.isEmpty(), () -> found + " in " + json.substring(0, Math.min(json.length(), 999)));
  }

  private static Run run(String line) {
    String words = line.replace("DIR", folder.toString()).replace("RES", RESOURCES.toString());
    return Run.of((Object[]) words.split(" "));
  }

  @ParameterizedTest
  @CsvSource({
    "inspect, 0, inspect DIR/llama-gqa-tp1.nemo --tensors --logical --pickle",
    "inspect, 0, inspect RES/lightning/ckpt-vit-tp2",
    "inspect, 0, inspect RES/benign/nested.pt --tensors",
    "inspect, 0, inspect RES/megatron/megatron-lm --logical",
    "verify, 0, verify DIR/vit-tp2.nemo --sums --values --manifest",
    "verify, 0, verify RES/benign/plain.safetensors",
    "diff, 0, diff DIR/vit-tp2.nemo DIR/vit-tp2.nemo",
    "diff, 1, diff DIR/llama-gqa-tp1.nemo DIR/vit-tp2.nemo",
    "plan, 0, plan DIR/llama-gqa-tp1.nemo --tp 2 --dtype bf16 --allow-lossy",
    "plan, 0, plan RES/nemo/hf/tiny-llama-gqa --to nemo --tp 2 --lora"
        + " RES/peft/nemo/lora-mcore-tp2.nemo",
    "plan, 0, reshard DIR/vit-tp2.nemo DIR/none.nemo --tp 1 --dry-run",
    "run, 0, reshard DIR/vit-tp2.nemo DIR/made.nemo --tp 1 --manifest --no-sync",
    "run, 0, reshard DIR/vit-tp2.nemo DIR/parts.nemo --tp 1 --part 1/1 --no-sync",
    "run, 0, finish DIR/parts.nemo",
    "run, 0, convert RES/nemo/hf/tiny-llama-gqa DIR/hf.nemo --no-sync",
    "extract, 0, extract DIR/llama-gqa-tp1.nemo DIR/extracted",
    "adapters, 0, adapters",
    "validate, 3, families validate DIR/family.yaml DIR/vit-tp2.nemo",
    "error, 6, plan DIR/llama-gqa-tp1.nemo --tp 8",
    "error, 3, inspect DIR/absent.nemo",
    "error, 2, plan DIR/llama-gqa-tp1.nemo --tp 0",
    "error, 4, reshard DIR/vit-tp2.nemo DIR/vit-tp2.nemo --tp 1",
  })
  void describesWhatTheCommandPrints(String schema, int code, String line) {
    Run run = run(line + " --json");
    assertEquals(code, run.code(), run.err());
    assertMeets(schema, run.out());
  }

  @Test
  void describesProgress() {
    Run run = run("verify DIR/vit-tp2.nemo --progress json");
    var events = run.err().lines().filter(line -> line.startsWith("{")).toList();
    assertTrue(!events.isEmpty(), run.err());
    events.forEach(event -> assertMeets("progress", event));
  }

  @Test
  void describesASavedPlan() throws IOException {
    Path saved = folder.resolve("plan.json.gz");
    Run run = run("plan DIR/vit-tp2.nemo DIR/planned.nemo --tp 1 --save " + saved);
    assertEquals(0, run.code(), run.err());
    try (var in = new GZIPInputStream(Files.newInputStream(saved))) {
      assertMeets("saved-plan", new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void refusesAKeyThatNoSchemaHas() {
    String json = "{\"schema_version\": 1, \"target\": \"x\", \"files\": [], \"more\": 1}";
    JsonSchema known = FACTORY.getSchema(SchemaLocation.of(URN + "extract"));
    assertEquals(1, known.validate(json, InputFormat.JSON).size());
  }
}
