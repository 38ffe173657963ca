package io.shardwright.core.internal.codec.dcp;

import static io.shardwright.core.internal.codec.dcp.PickledMetadata.chunk;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.Limits;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.core.policy.ReadPolicy.UnknownGlobals;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against folders that PyTorch and Megatron-Core wrote, and against what nobody writes. */
class DcpMetadataTest {
  private static final List<Long> ORIGIN = List.of(0L, 0L);
  private static final List<Long> SIZE = List.of(2L, 4L);

  @ParameterizedTest
  @CsvSource({
    "nested, __0_0.distcp,",
    "cut, __0_0.distcp, __1_0.distcp",
    "safetensors, __0_0.distcp,"
  })
  void readsWhatTorchReads(String folder, String first, String second) throws IOException {
    var files = second == null ? new String[] {first} : new String[] {first, second};
    DcpFixture fixture = DcpFixture.resource(folder, files);
    List<String> expected = new String(DcpFixture.bytes(folder + ".tsv")).lines().sorted().toList();
    assertEquals(expected, fixture.sums());
    fixture.openObjects();
  }

  @ParameterizedTest
  @CsvSource({
    "core-0.19.2, , 4, 18, 4",
    "core-0.12.3, , 1, 8, 4",
    "core-0.9.0, module., 4, 16, 4",
  })
  void passesOverThePlansOfMegatronCore(
      String name, String prefix, int layers, int objects, int files) throws IOException {
    DcpMetadata metadata = DcpFixture.read(DcpFixture.bytes("metadata/" + name));
    assertEquals(9, metadata.tensors().size());
    String key = (prefix == null ? "" : prefix) + "decoder.layers.mlp.linear_fc1.weight";
    DcpTensor weight = metadata.tensors().get(key);
    assertEquals(DType.BFLOAT16, weight.spec().dtype());
    assertEquals(layers, weight.spec().shape().dim(0));
    assertEquals(4 * layers, weight.chunks());
    assertEquals(objects, metadata.objects().size());
    assertEquals(files, metadata.files().size());
  }

  @Test
  void refusesEveryCutAndSurvivesEveryFlippedByte() throws IOException {
    byte[] whole = DcpFixture.bytes("cut/.metadata");
    var random = new Random(1);
    for (int at = 0; at < whole.length; at++) {
      byte[] cut = Arrays.copyOf(whole, at);
      assertThrows(CheckpointException.class, () -> DcpFixture.read(cut), "cut at " + at);
      byte[] flipped = whole.clone();
      flipped[at] ^= (byte) (1 + random.nextInt(255));
      survives(flipped, "seed 1, flipped at " + at);
    }
  }

  private static void survives(byte[] metadata, String what) {
    try {
      DcpFixture.read(metadata).files();
    } catch (CheckpointException refusal) {
      assertTrue(refusal.getMessage().startsWith("SW-"), what);
    }
  }

  private static PickledMetadata whole() {
    return new PickledMetadata()
        .tensor("w", SIZE, chunk(ORIGIN, SIZE))
        .object("o")
        .item("w", ORIGIN, "a.distcp", 0, 100)
        .item("o", null, "a.distcp", 100, 50);
  }

  @Test
  void tellsWhatLiesWhere() {
    DcpMetadata metadata = DcpFixture.read(whole().write());
    assertEquals(Map.of("a.distcp", 150L), metadata.files());
    assertEquals(new DcpItem("a.distcp", 100, 50), metadata.objects().get("o"));
    assertEquals(new DcpItem("a.distcp", 0, 100), metadata.tensors().get("w").item(0));
    assertEquals(Shape.of(2, 4), metadata.tensors().get("w").region(0).shape());
  }

  private static void refuses(PickledMetadata metadata, String code, String... words) {
    refuses(metadata.write(), code, words);
  }

  private static void refuses(byte[] metadata, String code, String... words) {
    var refusal = assertThrows(CheckpointException.class, () -> DcpFixture.read(metadata));
    assertEquals(code, refusal.code().code(), refusal.getMessage());
    for (String word : words) {
      assertTrue(refusal.getMessage().contains(word), refusal.getMessage());
    }
  }

  @Test
  void refusesChunksThatAreNoTiling() {
    PickleValue left = chunk(ORIGIN, List.of(2L, 2L));
    PickleValue right = chunk(List.of(0L, 2L), List.of(2L, 2L));
    PickleValue wide = chunk(List.of(0L, 1L), List.of(2L, 3L));
    PickleValue outside = chunk(List.of(0L, 2L), List.of(2L, 3L));
    PickleValue huge = chunk(ORIGIN, List.of(1L << 40, 1L << 40));
    PickleValue again = chunk(List.of(0L, 2L), List.of(2L, 2L));
    refuses(cut(left), "SW-107", "leave out", "[0, 2]");
    refuses(cut(left, wide), "SW-107", "hold twice", "[0, 1]");
    refuses(cut(left, right, again), "SW-107", "hold twice", "[0, 2]");
    refuses(cut(left, outside), "SW-107", "outside");
    refuses(cut(huge), "SW-107", "outside");
    refuses(cut(chunk(List.of(0L), List.of(2L))), "SW-107", "1 axes");
    refuses(cut(), "SW-107", "leave out", "[0, 0]");
  }

  private static PickledMetadata cut(PickleValue... chunks) {
    return new PickledMetadata().tensor("w", SIZE, chunks);
  }

  @Test
  void namesTheLayerAndTheExpertOfAMissingChunk() {
    String experts = "mlp.experts.experts.linear_fc1.weight";
    List<Long> stack = List.of(2L, 3L, 4L, 4L);
    List<Long> place = List.of(1L, 2L, 0L, 0L);
    var most = new ArrayList<PickleValue>();
    for (long at = 0; at < 5; at++) {
      most.add(chunk(List.of(at / 3, at % 3, 0L, 0L), List.of(1L, 1L, 4L, 4L)));
    }
    var metadata = new PickledMetadata();
    metadata.tensor("decoder.layers." + experts, stack, most.toArray(PickleValue[]::new));
    refuses(metadata, "SW-107", "[1, 2, 0, 0] (layer 1, expert 2)");

    most.add(chunk(place, List.of(1L, 1L, 4L, 4L)));
    metadata = new PickledMetadata();
    metadata.tensor("decoder.layers." + experts, stack, most.toArray(PickleValue[]::new));
    for (long at = 0; at < 5; at++) {
      List<Long> offset = List.of(at / 3, at % 3, 0L, 0L);
      metadata.item("decoder.layers." + experts, offset, "a.distcp", at * 100, 100);
    }
    refuses(metadata, "SW-107", "no item", "[1, 1, 4, 4] (layer 1, expert 2)");

    PickleValue first = chunk(List.of(0L, 0L), List.of(1L, 4L));
    metadata = new PickledMetadata().tensor("decoder.layers.mlp.linear_fc2.bias", SIZE, first);
    refuses(metadata, "SW-107", "[1, 0] (layer 1):");
    metadata = new PickledMetadata().tensor("decoder.layers.5." + experts, SIZE, first);
    refuses(metadata, "SW-107", "[1, 0] (expert 1):");
    metadata = new PickledMetadata().tensor("decoder.layers.5.mlp.router.weight", SIZE, first);
    refuses(metadata, "SW-107", "[1, 0]:");
  }

  @Test
  void refusesItemsThatOverlapOrAreAmiss() {
    refuses(whole().item("x", null, "a.distcp", 200, 1), "SW-107", "place for 'x'");
    refuses(whole().item("o", null, "a.distcp", 200, 1), "SW-107", "second");
    refuses(whole().item("w", ORIGIN, "a.distcp", 200, 1), "SW-107", "two items");
    refuses(whole().item("w", List.of(0L, 1L), "a.distcp", 200, 1), "SW-107", "no chunk");
    refuses(whole().object("p").item("p", null, "a.distcp", 149, 9), "SW-107", "overlaps", "'p'");
    refuses(whole().object("p"), "SW-107", "'p' lies");
    refuses(whole().tensor("v", SIZE, chunk(ORIGIN, SIZE)), "SW-107", "'v'", "no item");
    refuses(
        whole().object("p").item("p", null, "a.distcp", Long.MAX_VALUE - 1, 9), "SW-107", "behind");
    refuses(whole().object("p").item("p", null, "a.distcp", -1, 9), "SW-105", "offset");
  }

  @ParameterizedTest
  @CsvSource({"../a", "/a", "b/a", "..", "'a\\b'", "c:a", "''"})
  void refusesFilesElsewhere(String path) {
    refuses(whole().object("p").item("p", null, path, 0, 9), "SW-302");
  }

  @Test
  void refusesClassesByTheirNames() {
    var system = Call.reduce(new Global("os", "system"), new Text("id"));
    var plans = new PickledMetadata();
    plans.state.put(new Text("planner_data"), system);
    refuses(plans, "SW-301", "'os.system'");
    var odd = new PickledMetadata();
    odd.state.put(new Text("all_local_plans"), PickledMetadata.object("a.b", "Plan", new Dict()));
    refuses(odd, "SW-301", "'a.b.Plan'");
    var quantized = new PickledMetadata();
    quantized.state.put(new Text("x"), new Global("torch", "qint8"));
    refuses(quantized, "SW-113", "torch.qint8");
  }

  @Test
  void refusesWhatWasPacked() {
    PickledMetadata packed = whole();
    Dict state = (Dict) ((Call) packed.storage.entries().get(0).value()).state();
    var names = new Sequence();
    names.items().add(new Text("zstd"));
    state.put(new Text("transform_descriptors"), names);
    refuses(packed, "SW-113", "'w'");
    state.entries().remove(state.entries().size() - 1);
    state.put(new Text("transform_descriptors"), Constant.NONE);
    assertEquals(1, DcpFixture.read(packed.write()).tensors().size());
  }

  @Test
  void refusesManyChunksThatAreOne() {
    var list = new PickleValue[1 << 16];
    Arrays.fill(list, chunk(ORIGIN, SIZE));
    refuses(new PickledMetadata().tensor("w", SIZE, list), "SW-107", "of another class");
  }

  @ParameterizedTest
  @CsvSource({"}, SW-105", "), SW-105", "(, SW-105", "], SW-105", "h, SW-105", "N, SW-105"})
  void refusesValuesThatNoContainerTakes(String operations, String code) {
    refuses(repeated(operations, 1 << 18), code);
  }

  @Test
  void refusesTuplesThatHoldMoreThanMemory() {
    var tuples = new ByteArrayOutputStream();
    for (int tuple = 0; tuple < 1 << 10; tuple++) {
      tuples.write('(');
      tuples.writeBytes(repeated(")", 1 << 10));
      tuples.write('t');
    }
    tuples.write('.');
    var source = new MemorySource(tuples.toByteArray(), DcpMetadata.FILE);
    var policy =
        new ReadPolicy(Limits.STANDARD.with(Limit.HEAP_BYTES, 16 << 20), UnknownGlobals.KEEP, true);
    var refusal =
        assertThrows(CheckpointException.class, () -> DcpMetadata.read(source, new Guard(policy)));
    assertEquals("SW-114", refusal.code().code(), refusal.getMessage());
  }

  private static byte[] repeated(String operations, int times) {
    return operations.repeat(times).getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void refusesTreesThatGrowWithEveryStep() {
    PickleValue tree = Tuple.of();
    for (int level = 0; level < 60; level++) {
      tree = Tuple.of(tree, tree);
    }
    var bomb = new PickledMetadata();
    bomb.tensor("w", SIZE, chunk(ORIGIN, SIZE)).item("w", ORIGIN, "a", 0, 9);
    bomb.state.put(new Text("planner_data"), tree);
    assertEquals(1, DcpFixture.read(bomb.write()).tensors().size());
  }

  @Test
  void tellsTheShapeOfWhatIsStoredAsFlatShards() {
    assertEquals(Optional.of(Shape.of(4, 6)), flat(4, 6).tensors().get("state").original());
  }

  @Test
  void refusesFlatShardsOfAnotherShape() {
    var refusal = assertThrows(MalformedCheckpointException.class, () -> flat(4, 5));
    assertTrue(refusal.getMessage().contains("stores 'state' of shape [4, 5] as [2, 1, 12]"));
  }

  private static DcpMetadata flat(long rows, long columns) {
    var metadata =
        new PickledMetadata()
            .tensor("state", List.of(2L, 1L, 12L), chunk(List.of(0L, 0L, 0L), List.of(2L, 1L, 12L)))
            .item("state", List.of(0L, 0L, 0L), "a", 0, 96);
    var shape = Tuple.of(Int.of(rows), Int.of(columns));
    var said = new Dict().put(new Text("nd_reformulated_orig_global_shape"), shape);
    metadata.put("mcore_data", new Dict().put(new Text("state"), said));
    return DcpFixture.read(metadata.write());
  }
}
