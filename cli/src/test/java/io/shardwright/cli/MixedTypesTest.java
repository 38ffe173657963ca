package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.HeldTensors;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parts of one tensor that are stored in several types, and what casts make of them. */
class MixedTypesTest extends HuggingFaceFolders {
  private static final Map<String, DType> QKV =
      Map.of("k_proj", DType.BFLOAT16, "v_proj", DType.FLOAT64);
  private static final Map<String, DType> GATE = Map.of("gate_proj", DType.BFLOAT16);
  private static final Map<String, DType> EXPERTS = Map.of("w1.weight", DType.FLOAT64);

  /** A folder whose tensors are stored in other types, with the values of binary32 as far as. */
  private Path stored(String model, String name, Map<String, DType> types) throws IOException {
    Path source = copy("/community/" + model, name);
    var held = HeldTensors.of(source.resolve(WEIGHTS));
    floats(source)
        .forEach(
            (tensor, values) ->
                types.forEach(
                    (part, type) -> {
                      if (tensor.contains(part)) {
                        held.add(spec(held, tensor, type), bytes(values, type));
                      }
                    }));
    held.write(source.resolve(WEIGHTS));
    return source;
  }

  private static TensorSpec spec(HeldTensors held, String tensor, DType type) {
    return new TensorSpec(tensor, type, held.spec(tensor).shape());
  }

  /** Rounded to nearest, ties to even, with the arithmetic of binary64. */
  private static byte[] bytes(float[] values, DType type) {
    var bytes = ByteBuffer.allocate(values.length * type.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      switch (type) {
        case FLOAT64 -> bytes.putDouble(value);
        case FLOAT32 -> bytes.putFloat(value);
        default -> {
          double ulp = Math.ulp(value) * 0x1p16;
          int bits = Float.floatToRawIntBits((float) (Math.rint(value / ulp) * ulp));
          bytes.putShort((short) (bits >>> 16));
        }
      }
    }
    return bytes.array();
  }

  private static String sums(Path checkpoint) {
    Run run = Run.of("verify", checkpoint, "--sums");
    assertEquals(0, run.code(), run.err());
    String all = run.out().substring(run.out().indexOf('\n'));
    assertTrue(all.lines().count() > 5, run.out());
    return all;
  }

  @ParameterizedTest
  @CsvSource({
    "llama, k_proj, self_attn.q_proj.weight' is float32, self_attn.k_proj.weight' is bfloat16",
    "llama, gate_proj, mlp.gate_proj.weight' is bfloat16, mlp.up_proj.weight' is float32",
    "qwen2, v_proj.bias, self_attn.v_proj.bias' is bfloat16, self_attn.q_proj.bias' is float32",
    "mixtral, w3.weight, experts.0.w3.weight' is bfloat16, experts.0.w1.weight' is float32",
  })
  void areNamedWithTheirTypesAndTheOptionThatHelps(
      String model, String part, String first, String second) throws IOException {
    Path source = stored(model, "mixed", Map.of(part, DType.BFLOAT16));
    assertRefused(6, List.of("'model.layers.0.", first, second, "--dtype TYPE", "fp32"), source);
    Run plan = Run.of("plan", source, folder.resolve("x.nemo"));
    assertEquals(6, plan.code(), plan.err());
    assertFalse(plan.err().contains("incomplete"), plan.err());
    for (Object[] words : new Object[][] {{"inspect", source}, {"verify", source}}) {
      assertEquals(0, Run.of(words).code());
    }
    assertEquals(0, Run.of("diff", source, source).code());
  }

  @ParameterizedTest
  @CsvSource({"FLOAT32, fp32", "BFLOAT16, bf16", "FLOAT64, fp64"})
  void areCastEachFromItsOwn(DType type, String word) throws IOException {
    for (var types : List.of(QKV, GATE)) {
      Path source = stored("llama", "mixed" + types.size(), types);
      Path single = stored("llama", "single" + types.size(), Map.of("", DType.FLOAT32));
      var held = HeldTensors.of(source.resolve(WEIGHTS));
      floats(single)
          .forEach(
              (name, values) -> {
                boolean rounded = held.spec(name).dtype() == DType.BFLOAT16;
                held.add(spec(held, name, type), bytes(rounded ? rounded(values) : values, type));
              });
      held.write(single.resolve(WEIGHTS));
      for (List<Object> options :
          List.of(List.<Object>of("--tp", 2, "--layout", "ranks"), List.<Object>of("--pp", 2))) {
        Object[] alone = options.toArray();
        Object[] cast = append(options, "--dtype", word, "--allow-lossy");
        Path expected = convert(single, "expected.nemo", append(options, "--overwrite"));
        Path found = convert(source, "found.nemo", append(List.of(cast), "--overwrite"));
        assertEquals(sums(expected), sums(found), List.of(alone) + word);
        assertEquals(0, Run.of("diff", expected, found).code());
      }
    }
  }

  private static Object[] append(List<Object> words, Object... more) {
    return java.util.stream.Stream.concat(words.stream(), List.of(more).stream()).toArray();
  }

  private static float[] rounded(float[] values) {
    var halves = ByteBuffer.wrap(bytes(values, DType.BFLOAT16)).order(ByteOrder.LITTLE_ENDIAN);
    var rounded = new float[values.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = Float.intBitsToFloat(halves.getShort(2 * i) << 16);
    }
    return rounded;
  }

  @Test
  void areCastByLossOnlyWhereThatIsAllowedAndCounted() throws IOException {
    Path source = stored("llama", "mixed", QKV);
    Path out = folder.resolve("out.nemo");
    Run refused = Run.of("convert", source, out, "--dtype", "bf16");
    assertEquals(4, refused.code(), refused.err());
    assertTrue(refused.err().contains("float32, float64, which bfloat16"), refused.err());
    Run plan = Run.of("plan", source, out, "--dtype", "fp32", "--allow-lossy", "--json");
    assertEquals(0, plan.code(), plan.err());
    assertTrue(plan.out().contains("\"bfloat16\""), plan.out());
    Path exact = convert(source, "exact.nemo", "--dtype", "fp64");
    Run diff = Run.of("diff", source, exact);
    assertEquals(1, diff.code(), diff.err());
    assertTrue(diff.out().contains("float32 and float64, 0 of "), diff.out());
    Path other = stored("llama", "other", Map.of("q_proj", DType.FLOAT64));
    assertEquals(1, Run.of("diff", source, other).code());
  }

  @Test
  void ofExpertsAndOfTensorsApartAreKept() throws IOException {
    Path source = stored("mixtral", "experts", Map.of("o_proj", DType.BFLOAT16));
    Path kept = convert(source, "kept.nemo", "--layout", "ranks");
    Path back = convert(kept, "back");
    assertArrayEquals(
        HeldTensors.of(source.resolve(WEIGHTS)).bytes("model.layers.0.self_attn.o_proj.weight"),
        HeldTensors.of(back.resolve(WEIGHTS)).bytes("model.layers.0.self_attn.o_proj.weight"));
    Path mixed = stored("mixtral", "mixed", EXPERTS);
    Path single = copy("/community/mixtral", "single");
    Path expected = convert(single, "expected.nemo");
    assertEquals(
        sums(expected), sums(convert(mixed, "cast.nemo", "--dtype", "fp32", "--allow-lossy")));
  }

  @Test
  void ofRanksAreCastAndTheirReplicasComparedThen() throws IOException {
    Path base = stored("llama", "base", Map.of("norm", DType.FLOAT32));
    Path ranks = convert(base, "ranks", "--to", "nemo", "--tp", 2, "--layout", "ranks");
    Path halves =
        convert(
            base,
            "halves",
            "--to",
            "nemo",
            "--tp",
            2,
            "--layout",
            "ranks",
            "--dtype",
            "bf16",
            "--allow-lossy");
    String second = "mp_rank_01/model_weights.ckpt";
    Files.copy(halves.resolve(second), ranks.resolve(second), StandardCopyOption.REPLACE_EXISTING);
    Path out = folder.resolve("out");
    Run refused = Run.of("reshard", ranks, out, "--tp", 1);
    assertEquals(6, refused.code(), refused.err());
    for (String part :
        List.of("is float32 in mp_rank_00", "is bfloat16 in mp_rank_01", "--dtype")) {
      assertTrue(refused.err().contains(part), refused.err());
    }
    Run.reshard(ranks, out, "--tp", 1, "--dtype", "bf16", "--allow-lossy");
    Path expected = folder.resolve("expected");
    Run.reshard(halves, expected, "--tp", 1);
    assertEquals(sums(expected), sums(out));
  }

  @Test
  void getTheProductsOfALoraInBinary32() throws IOException {
    Path lora = Path.of("../core/src/test/resources/peft/llama");
    Path source = stored("llama", "mixed", GATE);
    Path wide = stored("llama", "wide", Map.of());
    var held = HeldTensors.of(wide.resolve(WEIGHTS));
    floats(wide)
        .forEach(
            (name, values) ->
                held.add(
                    spec(held, name, DType.FLOAT32),
                    bytes(name.contains("gate_proj") ? rounded(values) : values, DType.FLOAT32)));
    held.write(wide.resolve(WEIGHTS));
    Object[] options = {"--lora", lora, "--dtype", "bf16", "--allow-lossy"};
    assertEquals(
        sums(convert(wide, "expected.nemo", options)), sums(convert(source, "out.nemo", options)));
  }

  @Test
  void areRefusedByNameWhereOneCantBeCast() throws IOException {
    Path source = huggingFace("llama");
    var held = HeldTensors.of(source.resolve(WEIGHTS));
    String name = "model.layers.1.self_attn.k_proj.weight";
    Shape shape = held.spec(name).shape();
    held.add(new TensorSpec(name, DType.FLOAT8_E4M3FN, shape), new byte[(int) shape.elements()]);
    held.write(source.resolve(WEIGHTS));
    assertRefused(
        3, List.of("'" + name + "' is float8_e4m3fn", "float32", "can't be cast"), source);
  }

  @Test
  void areRefusedWithTheOptionThatTheCommandHas() throws IOException {
    Path source = stored("llama", "mixed", QKV);
    Path out = folder.resolve("out.nemo");
    Run run = Run.of("convert_llama_hf_to_nemo", "--in-file=" + source, "--out-file=" + out);
    assertEquals(6, run.code(), run.err());
    assertTrue(run.err().contains("--precision TYPE"), run.err());
    assertFalse(run.err().contains("--dtype"), run.err());
  }

  @Test
  void thatArraysCantHaveAreRefusedByNameWithTheLayoutThatCan() throws IOException {
    Path source = huggingFace("llama");
    var held = HeldTensors.of(source.resolve(WEIGHTS));
    String name = "model.layers.1.self_attn.o_proj.weight";
    Shape shape = held.spec(name).shape();
    held.add(new TensorSpec(name, DType.FLOAT8_E5M2, shape), new byte[(int) shape.elements()]);
    held.write(source.resolve(WEIGHTS));
    assertRefused(6, List.of("'" + name + "' is float8_e5m2", "--layout ranks"), source);
    convert(source, "ranks.nemo", "--layout", "ranks");
  }

  @ParameterizedTest
  @CsvSource({
    "llama, layers.1.self_attn.k_proj, layers.1.self_attn.q_proj, the file is incomplete",
    "llama, self_attn.v_proj, layers.0.self_attn.k_proj, has all of them",
    "mixtral, 1.block_sparse_moe.experts.2.w1, experts.2.w3.weight, the file is incomplete",
    "llama, mlp.gate_proj, layers.0.mlp.up_proj, has all of them",
  })
  void thatAreAbsentMakeAFileIncompleteWhereOtherLayersHaveThem(
      String model, String part, String other, String says) throws IOException {
    Path source = huggingFace(model);
    var held = HeldTensors.of(source.resolve(WEIGHTS));
    floats(source).keySet().stream().filter(name -> name.contains(part)).forEach(held::remove);
    held.write(source.resolve(WEIGHTS));
    boolean incomplete = says.endsWith("incomplete");
    assertRefused(3, List.of(part, other, says), source);
    Run run = Run.of("convert", source, folder.resolve("refused.nemo"));
    assertEquals(incomplete, run.err().contains("incomplete"), run.err());
  }

  /** An array of distributed weights holds all layers. */
  @ParameterizedTest
  @CsvSource({
    "llama, layers.1.mlp.down_proj, BFLOAT16, fp32",
    "llama, layers.3.input_layernorm, FLOAT64, fp64",
    "qwen2, layers.0.post_attention_layernorm, BFLOAT16, fp32",
    "mixtral, layers.2.block_sparse_moe.gate, BFLOAT16, fp32",
  })
  void layersOfSeveralTypesAreNoOneArray(String model, String part, DType type, String widest)
      throws IOException {
    Path source = stored(model, "layers", Map.of(part, type));
    String options = "Choose --layout ranks, or --dtype " + widest;
    assertRefused(6, List.of(part + ".weight' is ", type.torchName(), options), source);
    Path ranks = convert(source, "ranks.nemo", "--layout", "ranks", "--tp", 2);
    assertEquals(0, Run.of("diff", source, ranks).code());
    convert(source, "arrays.nemo", "--dtype", widest);
    Run reshard = Run.of("reshard", ranks, folder.resolve("a"), "--layout", "distributed");
    assertEquals(6, reshard.code(), reshard.err());
  }
}
