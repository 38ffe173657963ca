package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.SmallCheckpoint;
import io.shardwright.engine.Checkpoints;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A jar or a file that adds to a shipped family, and claims by what is stored. */
class RefinedFamilyTest {
  private static final String CONFIG =
      """
      target: nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel
      mcore_gpt: true
      tensor_model_parallel_size: 1
      pipeline_model_parallel_size: 1
      num_layers: 2
      hidden_size: 16
      ffn_hidden_size: 32
      num_attention_heads: 4
      num_query_groups: 2
      kv_channels: 8
      make_vocab_size_divisible_by: 8
      encoder_seq_length: 16
      max_position_embeddings: 16
      bias: false
      normalization: rmsnorm
      activation: fast-swiglu
      position_embedding_type: rope
      share_embeddings_and_output_weights: false
      """;

  /** The one of the guide, under a name of its own. */
  private static final String FILE =
      MarkdownPage.of("docs/adapter-guide.md")
          .file("hunyuan.yaml")
          .replace("family: hunyuan", "family: hunyuan-file");

  @TempDir Path folder;

  private Path model(boolean norms) {
    var random = new Random(3);
    var checkpoint = SmallCheckpoint.of(CONFIG + "qk_layernorm_after_rope: " + norms + "\n");
    tensor(checkpoint, random, "embedding.word_embeddings.weight", 24, 16);
    for (int layer = 0; layer < 2; layer++) {
      String prefix = "decoder.layers." + layer + ".";
      tensor(checkpoint, random, prefix + "self_attention.linear_proj.weight", 16, 32);
      tensor(checkpoint, random, prefix + "self_attention.linear_qkv.layer_norm_weight", 16);
      tensor(checkpoint, random, prefix + "self_attention.linear_qkv.weight", 64, 16);
      if (norms) {
        tensor(checkpoint, random, prefix + "self_attention.q_layernorm.weight", 8);
        tensor(checkpoint, random, prefix + "self_attention.k_layernorm.weight", 8);
      }
      tensor(checkpoint, random, prefix + "mlp.linear_fc1.layer_norm_weight", 16);
      tensor(checkpoint, random, prefix + "mlp.linear_fc1.weight", 64, 16);
      tensor(checkpoint, random, prefix + "mlp.linear_fc2.weight", 16, 32);
    }
    tensor(checkpoint, random, "decoder.final_layernorm.weight", 16);
    tensor(checkpoint, random, "output_layer.weight", 24, 16);
    return checkpoint.write(folder.resolve(norms ? "hunyuan" : "llama"));
  }

  private static void tensor(SmallCheckpoint checkpoint, Random random, String name, long... dims) {
    var spec = new TensorSpec("model." + name, DType.FLOAT32, Shape.of(dims));
    byte[] bytes = new byte[(int) spec.byteSize()];
    random.nextBytes(bytes);
    checkpoint.tensor(spec, bytes);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "family", ".yaml"), text);
  }

  private static String family(Path source, Object... own) {
    Run run = run("inspect", own, source);
    assertEquals(0, run.code(), run.err());
    return run.out().lines().filter(line -> line.startsWith("family")).findFirst().orElse("none");
  }

  @Test
  void aJarBesideLlamaClaimsItsOwnModelsAlone() throws IOException {
    Path jar = ExampleJar.make(folder.resolve("hunyuan.jar"), ExampleJar.HUNYUAN);
    assertEquals("family      hunyuan", family(model(true), "--adapter-path", jar));
    assertEquals("family      llama", family(model(false), "--adapter-path", jar));
  }

  @Test
  void arraysAreClaimedByTheirKeys() throws IOException {
    Path jar = ExampleJar.make(folder.resolve("hunyuan.jar"), ExampleJar.HUNYUAN);
    for (boolean norms : new boolean[] {true, false}) {
      Path arrays = folder.resolve("arrays" + norms);
      Object[] own = {"--adapter-path", jar, "--vocab-size", 24};
      Run run = run("reshard", own, model(norms), arrays, "--layout", "distributed");
      assertEquals(0, run.code(), run.err());
      String expected = norms ? "hunyuan" : "llama";
      assertEquals("family      " + expected, family(arrays, "--adapter-path", jar));
    }
  }

  @Test
  void aCopyOfAFamilyTiesWithItUnlessItsRowsFitLess() throws IOException {
    String llama = Files.readString(Path.of("../core/src/test/resources/families/llama.yaml"));
    String copy = llama.replace("family: llama", "family: copy");
    Path same = file(copy);
    Run tie = Run.of("inspect", model(false), "--family-file", same);
    assertEquals(3, tie.code(), tie.err());
    assertTrue(tie.err().contains("'copy' (" + same), tie.err());
    Path less = file(copy.replace("decoder.final_layernorm.weight", "decoder.final_norm.weight"));
    assertEquals("family      llama", family(model(false), "--family-file", less));
  }

  @Test
  void aJarsModelIsCutAndTurnedIntoItsClassAndBack() throws IOException {
    Path jar = ExampleJar.make(folder.resolve("hunyuan.jar"), ExampleJar.HUNYUAN);
    goesThereAndBack("--adapter-path", jar);
  }

  @Test
  void aFileSaysAllThatAJarSays() throws IOException {
    Path file = file(FILE);
    assertEquals("family      hunyuan-file", family(model(true), "--family-file", file));
    assertEquals("family      llama", family(model(false), "--family-file", file));
    goesThereAndBack("--family-file", file);
    Run valid = Run.of("families", "validate", file, model(true));
    assertEquals(0, valid.code(), valid.out() + valid.err());
  }

  private void goesThereAndBack(Object... own) throws IOException {
    Path source = model(true);
    Path cut = folder.resolve("cut.nemo");
    Path theirs = folder.resolve("theirs");
    Path back = folder.resolve("back.nemo");
    Run made = run("reshard", own, source, cut, "--tp", 2, "--pp", 2, "--vocab-size", 24);
    assertEquals(0, made.code(), made.err());
    Run turned = run("convert", own, cut, theirs, "--to", "huggingface", "--vocab-size", 24);
    assertEquals(0, turned.code(), turned.err());
    String config = Files.readString(theirs.resolve("config.json"));
    assertTrue(config.contains("HunYuanDenseV1ForCausalLM"), config);
    Run again = run("convert", own, theirs, back, "--to", "nemo", "--layout", "ranks");
    assertEquals(0, again.code(), again.err());
    assertEquals(Checkpoints.found(source), Checkpoints.found(back));
  }

  private static Run run(String command, Object[] own, Object... more) {
    var all = Stream.concat(Stream.of(more), Stream.of(own));
    return Run.of(Stream.concat(Stream.of(command), all).toArray());
  }

  @Test
  void twoThatFitAreRefusedNamingBoth() throws IOException {
    Path jar = ExampleJar.make(folder.resolve("hunyuan.jar"), ExampleJar.HUNYUAN);
    Run run =
        Run.of(
            "reshard",
            model(true),
            folder.resolve("x.nemo"),
            "--tp",
            2,
            "--adapter-path",
            jar,
            "--family-file",
            file(FILE));
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains("SW-202 "), run.err());
    assertTrue(run.err().contains("'hunyuan' (" + jar), run.err());
    assertTrue(run.err().contains("'hunyuan-file' ("), run.err());
    assertTrue(run.err().contains("--family"), run.err());
  }

  @Test
  void aFileThatChangesARowOfItsBaseTiesWithItWhereBothFit() throws IOException {
    Path file =
        file(
            """
            family: other-order
            refines: llama
            namings:
              mcore:
                rows:
                  - {column: decoder.layers.*.self_attention.linear_qkv.weight, cut_between: num_query_groups}
            """);
    Run run = Run.of("inspect", model(false), "--family-file", file);
    assertTrue((run.out() + run.err()).contains("'other-order' ("), run.out() + run.err());
    assertTrue((run.out() + run.err()).contains("'llama' ("), run.out() + run.err());
    assertEquals(
        "family      other-order",
        family(model(false), "--family-file", file, "--family", "other-order"));
  }

  @Test
  void anUnknownBaseIsRefusedNamingTheFile() throws IOException {
    Path file = file("family: q\nrefines: lama\n");
    Run run = Run.of("inspect", model(true), "--family-file", file);
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains(file + ": adapter 'q' refines 'lama'"), run.err());
    assertTrue(run.err().contains("llama"), run.err());
  }

  @Test
  void familiesThatRefineEachOtherAreRefused() throws IOException {
    Path one = file("family: one\nrefines: two\n");
    Path two = file("family: two\nrefines: one\n");
    Run run = Run.of("inspect", model(true), "--family-file", one, "--family-file", two);
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains("refine each other"), run.err());
  }

  @Test
  void aClassThatRefinesOneThatIsNotThereIsRefused() throws IOException {
    Path file = file(FILE.replace("refines: LlamaForCausalLM", "refines: LamaForCausalLM"));
    Run run = Run.of("inspect", model(true), "--family-file", file);
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains("LamaForCausalLM"), run.err());
  }
}
