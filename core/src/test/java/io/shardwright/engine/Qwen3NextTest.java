package io.shardwright.engine;

import static io.shardwright.engine.TinyQwen3Next.GROUPS;
import static io.shardwright.engine.TinyQwen3Next.HEAD;
import static io.shardwright.engine.TinyQwen3Next.HEADS;
import static io.shardwright.engine.TinyQwen3Next.HIDDEN;
import static io.shardwright.engine.TinyQwen3Next.JSON;
import static io.shardwright.engine.TinyQwen3Next.KEY;
import static io.shardwright.engine.TinyQwen3Next.KEY_HEADS;
import static io.shardwright.engine.TinyQwen3Next.NET;
import static io.shardwright.engine.TinyQwen3Next.VALUE;
import static io.shardwright.engine.TinyQwen3Next.VALUES;
import static io.shardwright.engine.TinyQwen3Next.VALUE_HEADS;
import static io.shardwright.engine.TinyQwen3Next.model;
import static io.shardwright.engine.TinyQwen3Next.shapes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.outline.Panel;
import io.shardwright.core.outline.TensorPicture;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of Qwen3-Next: gated delta nets, queries with gates, a layer that predicts ahead. */
class Qwen3NextTest extends ModelFolders {
  private static final String CORE = "model.decoder.layers.";

  private static float[] floats(byte[] bytes) {
    var floats = new float[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
    return floats;
  }

  private static void assertRow(float[] expected, int row, float[] found, int at, String what) {
    for (int column = 0; column < HIDDEN; column++) {
      assertEquals(expected[row * HIDDEN + column], found[at * HIDDEN + column], what + row);
    }
  }

  private Path ranks() throws IOException {
    Path out = convert(folder.resolve("next"), "m", o -> o.layout(WeightLayout.RANKS));
    return out.resolve("model_weights.ckpt");
  }

  @Test
  void putsAGroupsQueriesBeforeTheirGates() throws IOException {
    var held = model(folder.resolve("next"));
    String name = CORE + "1.self_attention.linear_qkv.weight";
    float[] fused = floats(TinyGpt.bytes(ranks(), name));
    float[] queries = floats(held.bytes("model.layers.1.self_attn.q_proj.weight"));
    float[] keys = floats(held.bytes("model.layers.1.self_attn.k_proj.weight"));
    float[] values = floats(held.bytes("model.layers.1.self_attn.v_proj.weight"));
    int each = HEADS / GROUPS;
    int at = 0;
    for (int group = 0; group < GROUPS; group++) {
      for (int gate = 0; gate < 2; gate++) {
        for (int head = group * each; head < (group + 1) * each; head++) {
          for (int row = 0; row < HEAD; row++) {
            assertRow(queries, (2 * head + gate) * HEAD + row, fused, at++, "query or gate ");
          }
        }
      }
      for (int row = 0; row < HEAD; row++) {
        assertRow(keys, group * HEAD + row, fused, at + row, "key ");
        assertRow(values, group * HEAD + row, fused, at + HEAD + row, "value ");
      }
      at += 2 * HEAD;
    }
  }

  @Test
  void putsTheInputsOfANetOneAfterAnother() throws IOException {
    var held = model(folder.resolve("next"));
    Path weights = ranks();
    float[] all = floats(TinyGpt.bytes(weights, CORE + "0.self_attention.in_proj.weight"));
    float[] wide = floats(held.bytes(NET + "in_proj_qkvz.weight"));
    float[] narrow = floats(held.bytes(NET + "in_proj_ba.weight"));
    int share = VALUE_HEADS / KEY_HEADS;
    int[] sizes = {KEY, KEY, share * VALUE, share * VALUE};
    int turn = 2 * KEY + 2 * share * VALUE;
    int at = 0;
    for (int part = 0, skipped = 0; part < 4; skipped += sizes[part++]) {
      for (int head = 0; head < KEY_HEADS; head++) {
        for (int row = 0; row < sizes[part]; row++) {
          assertRow(wide, head * turn + skipped + row, all, at++, "part " + part + " ");
        }
      }
    }
    for (int part = 0; part < 2; part++) {
      for (int head = 0; head < VALUE_HEADS; head++) {
        int row = head / share * 2 * share + part * share + head % share;
        assertRow(narrow, row, all, at++, "decay ");
      }
    }
    float[] norm = floats(held.bytes(NET + "norm.weight"));
    float[] less = floats(TinyGpt.bytes(weights, CORE + "0.self_attention.out_norm.weight"));
    for (int i = 0; i < norm.length; i++) {
      assertEquals(norm[i] - 1, less[i]);
    }
    assertArrayEquals(
        held.bytes("mtp.fc.weight"), TinyGpt.bytes(weights, "model.mtp.layers.0.eh_proj.weight"));
  }

  @ParameterizedTest
  @CsvSource({"RANKS, 2, 2, 1", "RANKS, 2, 1, 2", "DISTRIBUTED, 2, 4, 2"})
  void comesBackFromAnyRanks(WeightLayout layout, int tensor, int expert, int stages)
      throws IOException {
    Path source = folder.resolve("next");
    var before = model(source);
    Path ranks =
        convert(
            source,
            "ranks",
            o ->
                o.layout(layout).grid(tensor, stages).with(r -> r.expertModelParallelSize(expert)));
    var after = HeldTensors.of(convert(ranks, "back").resolve(WEIGHTS));
    assertEquals(shapes().keySet(), new TreeSet<>(after.names()));
    for (String name : after.names()) {
      assertArrayEquals(before.bytes(name), after.bytes(name), name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "megatron"})
  void comesBackFromMegatronsRoots(String format) throws IOException {
    Path source = folder.resolve("next");
    var before = model(source);
    Path root =
        Order.of(source, folder.resolve("root"))
            .to(new TargetFormat(format))
            .tp(2)
            .with(r -> r.expertModelParallelSize(2).expertTensorParallelSize(1))
            .done();
    if (format.equals("bridge")) {
      String said = Files.readString(root.resolve("iter_0000000").resolve("run_config.yaml"));
      assertTrue(said.contains("hetereogenous_dist_checkpoint: true"), said);
      assertTrue(said.contains("transformer_layer_spec:"), said);
    }
    Path back = Order.of(root, folder.resolve("back")).to(TargetFormat.HUGGING_FACE).done();
    var after = HeldTensors.of(back.resolve(WEIGHTS));
    assertEquals(shapes().keySet(), new TreeSet<>(after.names()));
    for (String name : after.names()) {
      assertArrayEquals(before.bytes(name), after.bytes(name), name);
    }
  }

  /** Rows of each matrix and rank, on one side of a picture. */
  private static Map<String, Long> rows(List<Panel> panels) {
    return panels.stream()
        .flatMap(panel -> panel.bands().stream())
        .collect(
            Collectors.groupingBy(
                band -> band.group() + " of " + band.rank(),
                TreeMap::new,
                Collectors.summingLong(band -> band.to() - band.from())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "nemo"})
  void drawsTheMatricesOfANetsInput(String format) throws IOException {
    Path source = folder.resolve("next");
    model(source);
    var plan = Order.of(source, folder.resolve("t")).to(new TargetFormat(format)).tp(2).plan();
    TensorPicture net = plan.outline().pictures().get(0);
    assertEquals(TensorPicture.Kind.ATTENTION, net.kind());
    assertTrue(net.name().contains("in_proj.weight"), net.name());
    var rows = rows(net.before());
    assertEquals(rows(net.after()), rows);
    long values = VALUES / 2;
    assertEquals(
        List.of(6L, 6L, 6L, 6L, values, values, values, values, 2L, 2L, 2L, 2L),
        List.copyOf(rows.values()));
  }

  /** Its document states none, as transformers 5 writes it. */
  @Test
  void findsTheLayerAheadOfAFolderAlone() throws IOException {
    Path source = folder.resolve("next");
    var before = model(source);
    Path alone = Order.of(source, folder.resolve("a")).to(new TargetFormat("torch_dist")).done();
    var back = Order.of(alone, folder.resolve("back")).to(TargetFormat.HUGGING_FACE);
    var after = HeldTensors.of(back.config(source.resolve(CONFIG)).done().resolve(WEIGHTS));
    assertArrayEquals(before.bytes("mtp.fc.weight"), after.bytes("mtp.fc.weight"));
  }

  @ParameterizedTest
  @CsvSource({
    "model.layers.1.mlp.experts.2.up_proj.weight, layers.1.mlp.experts.2",
    "mtp.layers.0.mlp.experts.3.down_proj.weight, mtp.layers.0.mlp.experts.3",
    "mtp.norm.weight, mtp.norm.weight",
    "model.layers.0.linear_attn.in_proj_ba.weight, in_proj_ba",
  })
  void refusesAModelThatIsNotWhole(String absent, String part) throws IOException {
    Path source = folder.resolve("next");
    model(source).remove(absent).write(source.resolve(WEIGHTS));
    assertRefused(Kind.INPUT, part, source);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"attention_bias\": false | \"attention_bias\": true | attention_bias",
        "\"hidden_act\": \"silu\" | \"hidden_act\": \"gelu\" | hidden_act",
        "\"full_attention\"] | \"sliding_attention\"] | sliding_attention",
        "\"rope_theta\" | \"full_attention_interval\": 3, \"rope_theta\" | mean different layers",
      })
  void refusesAnotherComputation(String before, String after, String part) throws IOException {
    Path source = folder.resolve("next");
    model(source);
    assertTrue(JSON.contains(before), before);
    Files.writeString(source.resolve(CONFIG), JSON.replace(before, after));
    assertRefused(Kind.INPUT, part, source);
  }
}
