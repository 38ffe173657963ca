package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode.Kind;
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
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Parts of one tensor that are stored in several types, and what casts make of them. */
class MixedTypesTest extends ModelFolders {
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
    assertRefused(
        Kind.PLAN, List.of("'model.layers.0.", first, second, "dtype(TYPE)", "fp32"), source);
    Attempt plan = Order.of(source, folder.resolve("x.nemo")).planned();
    plan.assertRefused(Kind.PLAN);
    assertFalse(plan.said().contains("incomplete"), plan.said());
    Attempt.open(source).assertDone();
    Attempt.verify(source).assertDone();
    Checkpoints.assertAlike(source, source);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "BFLOAT16", "FLOAT64"})
  void areCastEachFromItsOwn(DType type) throws IOException {
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
      for (UnaryOperator<Order> options :
          List.<UnaryOperator<Order>>of(
              order -> order.overwrite().tp(2).layout(WeightLayout.RANKS),
              order -> order.overwrite().pp(2))) {
        Path expected = convert(single, "expected.nemo", options);
        Path found =
            convert(source, "found.nemo", order -> options.apply(order).dtype(type).lossy());
        assertEquals(Checkpoints.tensors(expected), Checkpoints.tensors(found), types.toString());
        Checkpoints.assertAlike(expected, found);
      }
    }
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
    Order.of(source, out)
        .dtype(DType.BFLOAT16)
        .to(TargetFormat.NEMO)
        .tried()
        .assertRefused(Kind.SAFETY, "float32, float64, which bfloat16");
    String plan = Order.of(source, out).dtype(DType.FLOAT32).lossy().plan().outline().toString();
    assertTrue(plan.contains("bfloat16"), plan);
    Path exact = convert(source, "exact.nemo", order -> order.dtype(DType.FLOAT64));
    var differences = Checkpoints.diff(source, exact).differences();
    assertTrue(
        differences.stream()
            .anyMatch(
                each ->
                    each.first().orElseThrow().dtype() == DType.FLOAT32
                        && each.second().orElseThrow().dtype() == DType.FLOAT64),
        differences.toString());
    assertTrue(differences.stream().allMatch(each -> each.differing() == 0), "" + differences);
    Path other = stored("llama", "other", Map.of("q_proj", DType.FLOAT64));
    assertFalse(Checkpoints.diff(source, other).same());
  }

  @Test
  void ofExpertsAndOfTensorsApartAreKept() throws IOException {
    Path source = stored("mixtral", "experts", Map.of("o_proj", DType.BFLOAT16));
    Path kept = convert(source, "kept.nemo", order -> order.layout(WeightLayout.RANKS));
    Path back = convert(kept, "back");
    assertArrayEquals(
        HeldTensors.of(source.resolve(WEIGHTS)).bytes("model.layers.0.self_attn.o_proj.weight"),
        HeldTensors.of(back.resolve(WEIGHTS)).bytes("model.layers.0.self_attn.o_proj.weight"));
    Path mixed = stored("mixtral", "mixed", EXPERTS);
    Path single = copy("/community/mixtral", "single");
    Path expected = convert(single, "expected.nemo");
    assertEquals(
        Checkpoints.tensors(expected),
        Checkpoints.tensors(
            convert(mixed, "cast.nemo", order -> order.dtype(DType.FLOAT32).lossy())));
  }

  @Test
  void ofRanksAreCastAndTheirReplicasComparedThen() throws IOException {
    Path base = stored("llama", "base", Map.of("norm", DType.FLOAT32));
    Path ranks =
        convert(
            base, "ranks", order -> order.to(TargetFormat.NEMO).tp(2).layout(WeightLayout.RANKS));
    Path halves =
        convert(
            base,
            "halves",
            order ->
                order
                    .to(TargetFormat.NEMO)
                    .tp(2)
                    .layout(WeightLayout.RANKS)
                    .dtype(DType.BFLOAT16)
                    .lossy());
    String second = "mp_rank_01/model_weights.ckpt";
    Files.copy(halves.resolve(second), ranks.resolve(second), StandardCopyOption.REPLACE_EXISTING);
    Path out = folder.resolve("out");
    Attempt refused = Order.of(ranks, out).tp(1).tried();
    refused.assertRefused(Kind.PLAN);
    for (String part : List.of("is float32 in mp_rank_00", "is bfloat16 in mp_rank_01", "dtype")) {
      assertTrue(refused.said().contains(part), refused.said());
    }
    Order.of(ranks, out).tp(1).dtype(DType.BFLOAT16).lossy().done();
    Path expected = folder.resolve("expected");
    Order.of(halves, expected).tp(1).done();
    assertEquals(Checkpoints.tensors(expected), Checkpoints.tensors(out));
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
    UnaryOperator<Order> options = order -> order.lora(lora).dtype(DType.BFLOAT16).lossy();
    assertEquals(
        Checkpoints.tensors(convert(wide, "expected.nemo", options)),
        Checkpoints.tensors(convert(source, "out.nemo", options)));
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
        Kind.INPUT, List.of("'" + name + "' is float8_e4m3fn", "float32", "can't be cast"), source);
  }

  @Test
  void thatArraysCantHaveAreRefusedByNameWithTheLayoutThatCan() throws IOException {
    Path source = huggingFace("llama");
    var held = HeldTensors.of(source.resolve(WEIGHTS));
    String name = "model.layers.1.self_attn.o_proj.weight";
    Shape shape = held.spec(name).shape();
    held.add(new TensorSpec(name, DType.FLOAT8_E5M2, shape), new byte[(int) shape.elements()]);
    held.write(source.resolve(WEIGHTS));
    assertRefused(Kind.PLAN, List.of("'" + name + "' is float8_e5m2", "layout(ranks)"), source);
    convert(source, "ranks.nemo", order -> order.layout(WeightLayout.RANKS));
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
    assertRefused(Kind.INPUT, List.of(part, other, says), source);
    Attempt run = Order.of(source, folder.resolve("refused.nemo")).to(TargetFormat.NEMO).tried();
    assertEquals(incomplete, run.said().contains("incomplete"), run.said());
  }

  /** An array of distributed weights holds all layers. */
  @ParameterizedTest
  @CsvSource({
    "llama, layers.1.mlp.down_proj, BFLOAT16, FLOAT32, fp32",
    "llama, layers.3.input_layernorm, FLOAT64, FLOAT64, fp64",
    "qwen2, layers.0.post_attention_layernorm, BFLOAT16, FLOAT32, fp32",
    "mixtral, layers.2.block_sparse_moe.gate, BFLOAT16, FLOAT32, fp32",
  })
  void layersOfSeveralTypesAreNoOneArray(
      String model, String part, DType type, DType widest, String word) throws IOException {
    Path source = stored(model, "layers", Map.of(part, type));
    String options = "Choose layout(ranks), or dtype(" + word + ")";
    assertRefused(Kind.PLAN, List.of(part + ".weight' is ", type.torchName(), options), source);
    Path ranks = convert(source, "ranks.nemo", order -> order.layout(WeightLayout.RANKS).tp(2));
    Checkpoints.assertAlike(source, ranks);
    convert(source, "arrays.nemo", order -> order.dtype(widest));
    Order.of(ranks, folder.resolve("a"))
        .layout(WeightLayout.DISTRIBUTED)
        .tried()
        .assertRefused(Kind.PLAN);
  }
}
