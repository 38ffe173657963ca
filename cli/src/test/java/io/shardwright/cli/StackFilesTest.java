package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.SmallCheckpoint;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A family file with an encoder and a decoder, and layers that differ: drafted, checked and cut.
 */
class StackFilesTest {
  private static final String FAMILY =
      """
      family: pair
      restores: [some.Pair]
      parallelism: [tensor, pipeline]
      stacks:
        encoder: {layers: encoder.num_layers, rows: encoder., before: pipeline_model_parallel_split_rank}
        decoder: {layers: decoder.num_layers, rows: decoder., from: pipeline_model_parallel_split_rank}
      namings:
        legacy:
          rows:
            - {replicated: embedding.weight, on: first}
            - {column: encoder.layers.*.up.weight, sizes: [widths.*, hidden_size]}
            - {replicated: encoder.layers.*.gate.weight, on_layers: {where: kinds, is: gated}}
            - {replicated: encoder.norm.weight, on: last, in: encoder}
            - {column: decoder.layers.*.up.weight}
            - {replicated: decoder.layers.*.gate.weight}
            - {replicated: decoder.norm.weight, on: last, in: decoder}
      """;

  private static final String CONFIG =
      """
      target: some.Pair
      hidden_size: 4
      tensor_model_parallel_size: 1
      pipeline_model_parallel_size: 1
      encoder: {num_layers: 2}
      decoder: {num_layers: 1}
      widths: [8, 16]
      kinds: [plain, gated]
      """;

  @TempDir Path folder;
  private Path source;
  private Path family;

  @BeforeEach
  void write() throws IOException {
    var checkpoint = SmallCheckpoint.of(CONFIG);
    tensor(checkpoint, "embedding.weight", 6, 4);
    tensor(checkpoint, "encoder.layers.0.up.weight", 8, 4);
    tensor(checkpoint, "encoder.layers.1.up.weight", 16, 4);
    tensor(checkpoint, "encoder.layers.1.gate.weight", 3);
    tensor(checkpoint, "encoder.norm.weight", 4);
    tensor(checkpoint, "decoder.layers.0.up.weight", 4, 4);
    tensor(checkpoint, "decoder.layers.0.gate.weight", 3);
    tensor(checkpoint, "decoder.norm.weight", 4);
    source = folder.resolve("source");
    checkpoint.write(source);
    family = Files.writeString(folder.resolve("pair.yaml"), FAMILY);
  }

  private static void tensor(SmallCheckpoint checkpoint, String name, long... dims) {
    var spec = new TensorSpec("model." + name, DType.FLOAT32, Shape.of(dims));
    var bytes = ByteBuffer.allocate((int) spec.byteSize());
    while (bytes.hasRemaining()) {
      bytes.put((byte) (name.hashCode() + bytes.position() * 7));
    }
    checkpoint.tensor(spec, bytes.array());
  }

  private Run run(Object... args) {
    var all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--family-file", family));
    return Run.of(all.toArray());
  }

  @Test
  void cutsBothStacksAndSaysWhereTheSecondBegins() {
    Path cut = folder.resolve("cut");
    Run done = run("reshard", source, cut, "--tp", 2, "--pp", 3);
    assertEquals(0, done.code(), done.err());
    assertTrue(done.out().contains("pipeline_model_parallel_split_rank: absent -> 2"), done.out());
    String shown = run("inspect", cut).out();
    assertTrue(shown.matches("(?s).*layers   encoder 0 +encoder 1 +decoder 0\n.*"), shown);
    assertEquals(0, run("diff", source, cut).code());
    Path arrays = folder.resolve("arrays");
    assertEquals(0, run("reshard", cut, arrays, "--pp", 2, "--layout", "distributed").code());
    assertEquals(0, run("diff", source, arrays).code());
    assertTrue(
        Files.exists(arrays.resolve("model_weights/model.encoder.layers.1.gate.weight/.zarray")));
    assertTrue(
        Files.exists(arrays.resolve("model_weights/model.decoder.layers.gate.weight/.zarray")));
  }

  @Test
  void refusesStagesThatTheStacksCantHave() {
    Run refused = run("reshard", source, folder.resolve("out"), "--pp", 4);
    assertEquals(6, refused.code(), refused.err());
    assertTrue(
        refused
            .err()
            .contains(
                "the 2 layers of encoder and 1 layers of decoder can't be placed one after another"
                    + " on pipeline_model_parallel_size=4. Choose 1, 2 or 3."),
        refused.err());
  }

  @ParameterizedTest
  @CsvSource({
    "--pp 2 --pp-first 1, 'divide them evenly. Leave out --pp-first and --pp-last.'",
    "--pp 2 --vp 2 --layout distributed, 'have one part per stage. Choose 1.'",
  })
  void refusesASplitThatStacksOfTheirOwnStagesCantHave(String options, String said) {
    var all = new ArrayList<Object>(List.of("reshard", source, folder.resolve("out")));
    all.addAll(List.of(options.split(" ")));
    Run refused = run(all.toArray());
    assertEquals(6, refused.code(), refused.err());
    assertTrue(refused.err().contains(said), refused.err());
  }

  @Test
  void saysWhichLayersOfWhichStackAreAbsent() throws IOException {
    Files.writeString(
        source.resolve("model_config.yaml"),
        CONFIG.replace("decoder: {num_layers: 1}", "decoder: {num_layers: 2}"));
    Run refused = run("reshard", source, folder.resolve("out"), "--pp", 1, "--tp", 2);
    assertEquals(3, refused.code(), refused.err());
    assertTrue(
        refused.err().contains("decoder.num_layers is 2, found 1 layers of decoder"),
        refused.err());
  }

  @Test
  void checksTheFileAgainstTheCheckpoint() throws IOException {
    Run fits = Run.of("families", "validate", family, source);
    assertEquals(0, fits.code(), fits.out() + fits.err());
    Files.writeString(family, FAMILY.replace("is: gated", "is: plain"));
    Run other = Run.of("families", "validate", family, source);
    assertEquals(3, other.code(), other.out() + other.err());
    assertTrue(
        other
            .out()
            .contains("would match, but its conditions do not hold: it belongs to other layers"),
        other.out());
    Run refused = run("reshard", source, folder.resolve("out"), "--tp", 2);
    assertEquals(3, refused.code(), refused.err());
    assertTrue(
        refused
            .err()
            .contains(
                "matches tensor 'model.encoder.layers.1.gate.weight' in this layer (others have"),
        refused.err());
  }

  @Test
  void draftsStacksWithTheKeysThatCountThem() throws IOException {
    Path draft = Files.writeString(folder.resolve("draft.yaml"), "family: pair\n");
    String text = Run.of("families", "validate", draft, source).out();
    for (String said :
        List.of(
            "stacks:",
            "encoder: {layers: encoder.num_layers, rows: encoder.layers.}",
            "decoder: {layers: decoder.num_layers, rows: decoder.layers.}",
            "encoder.layers.*.up.weight",
            "        on: last\n        in: encoder\n",
            "        on: last\n        in: decoder\n")) {
      assertTrue(text.contains(said), text);
    }
  }
}
