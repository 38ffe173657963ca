package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code inspect} and {@code plan} show. */
class InspectTest {
  @TempDir Path folder;

  private String inspect(String name, Object... options) throws IOException {
    var args = new java.util.ArrayList<Object>(List.of("inspect", Checkpoints.copy(name, folder)));
    args.addAll(List.of(options));
    Run run = Run.of(args.toArray());
    assertEquals(0, run.code(), run.err());
    return run.out();
  }

  private static void assertHas(String text, String... parts) {
    for (String part : parts) {
      assertTrue(text.contains(part), "no '" + part + "' in\n" + text);
    }
  }

  @Test
  void showsTheGridWithLayersAndSizes() throws IOException {
    assertHas(
        inspect("llama-gqa-mcore-tp2pp2.nemo"),
        "grid        TP 2 x PP 2\n",
        "         PP 0      PP 1\nlayers   0-1       2-3\nTP 0     213 KiB   213 KiB\nTP 1 ",
        "└─ tp_rank_01_pp_rank_001/");
  }

  @Test
  void showsWhatEachRankLoadsOfArrays() throws IOException {
    assertHas(inspect("llama-gqa-tp1.nemo"), "TP 0     847 KiB", "model.decoder.final_layernorm");
  }

  @Test
  void showsTheModelAndItsTokenizer() throws IOException {
    assertHas(
        inspect("llama-gqa-mcore-tp2pp2.nemo"),
        "4 layers, hidden 64, ffn 176, 8 heads, 4 query groups",
        "fast-swiglu, rmsnorm, rope positions",
        "252 vocabulary rows, sequence length 128",
        "tokenizer   sentencepiece, 250 pieces, 320ac2d38cd74eb28106fd2fbb8aac5c_tokenizer.model"
            + " (237 KiB)");
  }

  @Test
  void listsTensorsByFileOrAsTheModelMeansThem() throws IOException {
    String name = "llama-gqa-mcore-tp2pp2.nemo";
    assertHas(inspect(name, "--tensors"), "tp_rank_00_pp_rank_000/model_weights.ckpt  13 tensors");
    String logical = Run.of("inspect", folder.resolve(name), "--logical").out();
    assertTrue(
        logical.matches(
            "(?s).*float32   \\[352, 64] +\\[176, 64] +column x 2"
                + " model.decoder.layers.3.mlp.linear_fc1.weight.*"),
        logical);
  }

  @Test
  void saysAllOfItAsData() throws IOException {
    assertHas(
        inspect("llama-gqa-mcore-tp2pp2.nemo", "--json", "--logical"),
        "\"schema_version\" : 1",
        "\"config_summary\" : {",
        "\"num_query_groups\" : \"4\"",
        "\"pieces\" : 250",
        "\"pipeline_rank\" : 1",
        "\"layers\" : [ [ 2, 3 ] ]",
        "\"name\" : \"tp_rank_01_pp_rank_001/model_weights.ckpt\"",
        "\"shard_shape\" : [ 176, 64 ]");
  }

  @Test
  void aPlanShowsBothGridsAndWhatItTakes() throws IOException {
    Path gpt = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    Run run =
        Run.of(
            "plan",
            gpt,
            folder.resolve("out.nemo"),
            "--tp",
            "2",
            "--dtype",
            "bf16",
            "--allow-lossy");
    assertHas(
        run.out(),
        "before TP 1 x PP 1 -> after TP 2 x PP 1",
        "config     tensor_model_parallel_size: 1 -> 2",
        "cast       float32 -> bfloat16: 52 tensors",
        "tp 1 pp 0  mp_rank_01/model_weights.ckpt, layers 0-3, 52 tensors, ",
        "memory ",
        "disk ");
    assertFalse(run.out().contains("padding"), run.out());
  }

  @Test
  void aPlanOfAConversionTakesItsOptions() throws IOException {
    Path gpt = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Run run = Run.of("plan", gpt, folder.resolve("hf"), "--to", "huggingface", "--json");
    assertHas(
        run.out(),
        "\"naming\" : \"hugging_face\"",
        "\"disk_free_bytes\" : ",
        "\"buffer_bytes\" : ",
        "\"config_edits\" : [ ]");
  }

  @Test
  void aCopyOfArraysHasOneRankWhateverTheGridWas() throws IOException {
    Path arrays = folder.resolve("arrays.nemo");
    Path llama = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Run.reshard(llama, arrays, "--tp", "2", "--pp", "2");
    Run run = Run.of("plan", arrays, folder.resolve("plain"), "--to", "safetensors", "--json");
    assertHas(run.out(), "\"tensor_rank\" : 0,");
    assertFalse(run.out().contains("\"tensor_rank\" : 1"), run.out());
  }

  @Test
  void coloursWhereAskedTo() throws IOException {
    assertFalse(inspect("gpt-5b-like-tp1.nemo").contains("\u001b"));
    assertTrue(
        Run.of("inspect", folder.resolve("gpt-5b-like-tp1.nemo"), "--color", "always")
            .out()
            .contains("\u001b[2mfamily     \u001b[0m nvgpt"));
  }

  @Test
  void coloursATerminalUnlessItIsTold() {
    var auto = Style.Choice.auto;
    assertTrue(Style.of(auto, true, null, "xterm").colour());
    assertTrue(Style.of(auto, true, "", "xterm").colour());
    assertFalse(Style.of(auto, true, "1", "xterm").colour());
    assertFalse(Style.of(auto, true, null, "dumb").colour());
    assertFalse(Style.of(auto, false, null, "xterm").colour());
    assertTrue(Style.of(Style.Choice.always, false, "1", "dumb").colour());
    assertFalse(Style.of(Style.Choice.never, true, null, "xterm").colour());
  }
}
