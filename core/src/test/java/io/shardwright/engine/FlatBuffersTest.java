package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.codec.torch.TorchTree;
import io.shardwright.engine.HeldItems.Array;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused of an optimizer in flat buffers; the weights go on without it. */
class FlatBuffersTest {
  private static final String GROUP = "optimizer.distributed.dp_group_idx_0.";
  private static final String SIZES = GROUP + "per_bucket_numel_unpadded/shard_0_1";
  private static final String MASTERS =
      GROUP + "gbuf_idx_0.dtype_(torch.bfloat16, torch.float32).bucket_idx_0.param";

  private static final Map<String, Array> ARRAYS = new LinkedHashMap<>();
  private static final Map<String, byte[]> OBJECTS = new LinkedHashMap<>();

  @TempDir(factory = MemoryFolders.class)
  private static Path once;

  private static byte[] kind;

  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  private Path trained;
  private final Map<String, Array> arrays = new LinkedHashMap<>(ARRAYS);
  private final Map<String, byte[]> objects = new LinkedHashMap<>(OBJECTS);

  @BeforeAll
  static void train() throws IOException {
    var random = new Random(11);
    Path source = TinyExperts.writeFinite(TinyExperts.Kind.LLAMA, random, once.resolve("hf"));
    Path home = once.resolve("home");
    order(source, home).to(MegatronCircleTest.TORCH_DIST).done();
    TinyTraining.in(home, TinyTraining.Form.FULLY_RESHARDABLE, random);
    Path trained = once.resolve("trained");
    order(home, trained)
        .to(MegatronCircleTest.TORCH_DIST)
        .with(parts -> parts.gridOptions(OptimizerCircleTest.buckets(2)))
        .done();
    var held = HeldItems.of(trained);
    ARRAYS.putAll(held.arrays());
    OBJECTS.putAll(held.objects());
    kind = Files.readAllBytes(trained.resolve("metadata.json"));
  }

  @BeforeEach
  void write() throws IOException {
    trained = Files.createDirectories(folder.resolve("trained"));
    Files.write(trained.resolve("metadata.json"), kind);
  }

  private static Order order(Path source, Path target) {
    return Order.of(source, target).layout(WeightLayout.DISTRIBUTED).vocab(TinyExperts.VOCABULARY);
  }

  private Path rewritten() {
    try {
      return new HeldItems(arrays, objects).write(trained);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private Order moved() {
    return order(rewritten(), folder.resolve("target")).to(MegatronCircleTest.MEGATRON);
  }

  private void assertRefused(String... words) {
    moved().tried().assertRefused(Kind.INPUT, words);
    assertTrue(Files.notExists(folder.resolve("target")));
    moved().withoutOptimizer().done();
  }

  @Test
  void movesWhatIsWhole() {
    moved().done();
  }

  /** Embedding and output layer have the same size: sizes alone can't tell them apart. */
  @Test
  void refusesParametersInAnotherOrder() {
    byte[] masters = arrays.get(MASTERS).bytes().clone();
    int last = masters.length - 29 * 12 * Float.BYTES;
    byte[] output = Arrays.copyOf(masters, masters.length - last);
    System.arraycopy(masters, last, masters, 0, output.length);
    System.arraycopy(output, 0, masters, last, output.length);
    arrays.put(MASTERS, new Array(DType.FLOAT32, arrays.get(MASTERS).shape(), masters));
    assertRefused("the rounded master weight of its optimizer", "optimizer(false)");
  }

  @Test
  void refusesOtherSizesThanTheParameters() {
    Array masters = arrays.get(MASTERS);
    long elements = masters.shape().dim(0) - 1;
    sizes(elements);
    assertRefused("dp_reshardable", "[" + elements + "] elements", "optimizer(false)");
  }

  @Test
  void refusesATensorShorterThanItsSize() {
    Array masters = arrays.get(MASTERS);
    long elements = masters.shape().dim(0) - 1;
    byte[] fewer = Arrays.copyOf(masters.bytes(), (int) elements * Float.BYTES);
    arrays.put(MASTERS, new Array(DType.FLOAT32, Shape.of(elements), fewer));
    assertRefused("is float32 [" + elements + "]", "by its sizes");
  }

  @Test
  void refusesBuffersWithoutTheirSizes() {
    objects.remove(SIZES);
    assertRefused("lacks '" + SIZES + "'");
  }

  @Test
  void refusesTheBuffersOfFurtherRanks() {
    var further = new LinkedHashMap<String, Array>();
    arrays.forEach((key, array) -> further.put(key.replace("idx_0.gbuf", "idx_1.gbuf"), array));
    arrays.putAll(further);
    objects.put(SIZES.replace("idx_0", "idx_1"), objects.get(SIZES));
    assertRefused("is of 2 ranks, expected 1");
  }

  @Test
  void refusesAStateOfSomeBuckets() {
    arrays.remove(MASTERS.replace(".param", ".exp_avg"));
    arrays.remove(MASTERS.replace(".param", ".exp_avg_sq"));
    arrays.remove(MASTERS);
    assertRefused("optimizer(false)");
  }

  @Test
  void asksForTheRanksOfData() {
    moved()
        .with(parts -> parts.gridOptions(OptimizerCircleTest.form("dp_reshardable", 19)))
        .tried()
        .assertRefused(Kind.INPUT, "gridOptions.dataParallel");
  }

  private void sizes(long elements) {
    Obj buffer = Obj.empty().put("types", Arr.of(List.of(elements)));
    var list = new Arr(List.of(new Arr(List.of(buffer))));
    objects.put(SIZES, TorchTree.file("archive", list, SIZES));
  }
}
