package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.dcp.DcpMetadata;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.engine.FlatTraining.Buffer;
import io.shardwright.spi.Grid;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings that Megatron-Core itself saved: what is read of them is what their optimizers had, and
 * of that the writers that make random trainings make the files again.
 */
class TrainingFixturesTest {
  static final Path FIXTURES = Path.of("src/test/resources/trainings");
  private static final Grid TWO = Grid.of(2, 1);

  /** Any that ends the first bucket behind the seventh parameter from the end. */
  private static final OptionalInt SIZE = OptionalInt.of(1500);

  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  private WholeTraining whole(String name, String model) throws IOException {
    Path home = folder.resolve("home");
    Order.of(FIXTURES.resolve(name), home)
        .config(FIXTURES.resolve(model + ".yaml"))
        .grid(1, 1)
        .layout(WeightLayout.DISTRIBUTED)
        .to(MegatronCircleTest.TORCH_DIST)
        .with(p -> p.gridOptions(OptimizerCircleTest.form("fully_reshardable", 16)))
        .done();
    return WholeTraining.of(home);
  }

  /** Sums of what each optimizer had when it was saved, layer by layer. */
  private static void assertLogical(String name, WholeTraining whole) throws IOException {
    var found = new TreeSet<String>();
    whole.each(
        (key, own, kind, bytes) -> {
          if (!kind.equals(WholeTraining.WEIGHT)) {
            layers(key, own.shape(), bytes)
                .forEach((of, sum) -> found.add(kind + "/" + of + "\t" + sum));
          }
        });
    assertEquals(new TreeSet<>(sums(name)), found);
  }

  static List<String> sums(String name) throws IOException {
    try (Stream<String> lines = Files.lines(FIXTURES.resolve("logical.tsv"))) {
      return lines
          .filter(line -> line.startsWith(name + "\t"))
          .map(line -> line.substring(name.length() + 1))
          .map(line -> line.replaceFirst("\t[0-9x]+\t", "\t"))
          .toList();
    }
  }

  private static Map<String, String> layers(String key, Shape shape, byte[] bytes) {
    var sums = new LinkedHashMap<String, String>();
    boolean stacked = key.startsWith("decoder.layers.");
    int count = stacked ? (int) shape.dim(0) : 1;
    for (int layer = 0; layer < count; layer++) {
      String own = stacked ? key.replace("layers.", "layers." + layer + ".") : key;
      sums.put(own, sum(MegatronItems.part(bytes, layer, count)));
    }
    return sums;
  }

  static String sum(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException absent) {
      throw new IllegalStateException(absent);
    }
  }

  /**
   * The buffer of a rank as the rules have it, or which of its bytes are compared: what both ranks
   * have got other gradients here, and is stored of the first.
   */
  private static List<Buffer> buffer(WholeTraining whole, int rank, boolean ones) {
    var parameters = new TreeMap<>(whole.parameters());
    if (ones) {
      parameters.replaceAll((key, own) -> marked(own, rank == 0 || !key.contains("norm")));
    }
    var cut = new RankCut(new WholeTraining(parameters), TWO, true, true, false);
    return FlatTraining.of(cut.dense(rank, 0, 0), SIZE, FlatTraining.ALIGNED);
  }

  private static WholeTraining.Parameter marked(WholeTraining.Parameter own, boolean compared) {
    var values = new TreeMap<>(own.values());
    values.replaceAll((kind, bytes) -> new byte[bytes.length]);
    values.values().forEach(bytes -> Arrays.fill(bytes, (byte) (compared ? -1 : 0)));
    return new WholeTraining.Parameter(own.dtype(), own.shape(), values);
  }

  /** Between parameters lies what was in memory. */
  private static void assertSame(byte[] real, byte[] mask, byte[] ours, String what) {
    assertEquals(ours.length, real.length, what);
    byte[] own = real.clone();
    byte[] made = ours.clone();
    for (int at = 0; at < own.length; at++) {
      own[at] &= mask[at];
      made[at] &= mask[at];
    }
    assertArrayEquals(made, own, what);
  }

  private HeldTensors stored(Path checkpoint, String name) {
    Path target = folder.resolve(name);
    Order.of(checkpoint, target).to(TargetFormat.SAFETENSORS).done();
    return HeldTensors.of(target.resolve("model.safetensors"));
  }

  private void assertCoalesced(WholeTraining whole, int rank, Path file, String before) {
    var real = stored(file, "real" + rank);
    var buffer = buffer(whole, rank, false).get(0);
    var mask = buffer(whole, rank, true).get(0);
    assertEquals(
        Stream.of("exp_avg", "exp_avg_sq", "param")
            .map(kind -> before + "0." + buffer.types() + "." + kind)
            .toList(),
        real.names().stream().sorted().toList());
    for (String kind : WholeTraining.STATES) {
      assertSame(
          real.bytes(before + "0." + buffer.types() + "." + kind),
          FlatTraining.joined(mask, kind),
          FlatTraining.joined(buffer, kind),
          kind + " of rank " + rank);
    }
  }

  @Test
  void distribOptimIsReadAndMadeAgain() throws IOException {
    var whole = whole("distrib_optim", "one-layer");
    assertLogical("distrib_optim", whole);
    for (int rank = 0; rank < 2; rank++) {
      Path file = FIXTURES.resolve("distrib_optim/mp_rank_0" + rank + "/distrib_optim.pt");
      assertCoalesced(whole, rank, file, "");
      Path ours = folder.resolve("ours.pt");
      Files.write(ours, FlatTraining.coalesced(List.of(buffer(whole, rank, false)), false));
      assertEquals(forms(file), forms(ours));
    }
  }

  /** Names, types and shapes, without sums. */
  private static List<String> forms(Path file) {
    return Checkpoints.found(file).stream()
        .map(line -> line.substring(line.indexOf('\t'), line.lastIndexOf('\t')))
        .sorted()
        .toList();
  }

  @Test
  void dpZeroGatherScatterIsReadAndMadeAgain() throws IOException {
    String name = "dp_zero_gather_scatter";
    var whole = whole(name, "one-layer");
    assertLogical("distrib_optim", whole);
    for (int rank = 0; rank < 2; rank++) {
      String key = "optimizer.distributed.dp_group_idx_" + rank + ".param_state/shard_0_1";
      Path file = folder.resolve("object" + rank + ".pt");
      Files.write(file, HeldItems.of(FIXTURES.resolve(name)).objects().get(key));
      assertCoalesced(whole, rank, file, "0.");
    }
  }

  @Test
  void dpReshardableIsReadAndMadeAgain() throws IOException {
    Path real = FIXTURES.resolve("dp_reshardable");
    var whole = whole("dp_reshardable", "one-layer");
    assertLogical("distrib_optim", whole);
    var stored = HeldItems.of(real).arrays();
    int compared = 0;
    for (int rank = 0; rank < 2; rank++) {
      var buffer = buffer(whole, rank, false).get(0);
      var mask = buffer(whole, rank, true).get(0);
      for (int bucket = 0; bucket < buffer.buckets().size(); bucket++) {
        for (String kind : WholeTraining.STATES) {
          String key =
              "optimizer.distributed.dp_group_idx_%d.gbuf_idx_0.dtype_%s.bucket_idx_%d.%s"
                  .formatted(rank, buffer.types(), bucket, kind);
          byte[] ones = mask.buckets().get(bucket).states().get(kind);
          assertSame(
              stored.get(key).bytes(), ones, buffer.buckets().get(bucket).states().get(kind), key);
          compared++;
        }
      }
    }
    assertEquals(stored.keySet().stream().filter(k -> k.contains("gbuf")).count(), compared);
  }

  @Test
  void modelSpaceIsReadAndMadeAgain() throws IOException {
    Path real = FIXTURES.resolve("model_space");
    var whole = whole("model_space", "two-layers");
    assertLogical("model_space", whole);
    var items = new MegatronItems();
    var shapes = shapes(real);
    var arrays = new ArraySource(whole, 2, true);
    whole.each(
        (key, own, kind, bytes) -> {
          if (!kind.equals(WholeTraining.WEIGHT)) {
            String state = kind.replaceFirst("^param$", "fp32_param");
            items.addFlat(
                "optimizer.state." + state + "." + key,
                own.shape(),
                arrays.cuts(key, own.shape()),
                bytes,
                new Random(1));
          }
        });
    Path ours = Files.createDirectories(folder.resolve("ours"));
    items.write(ours);
    shapes.keySet().removeIf(key -> !key.startsWith("optimizer."));
    assertEquals(shapes, shapes(ours));
    var stored = HeldItems.of(real).arrays();
    HeldItems.of(ours)
        .arrays()
        .forEach((key, array) -> assertArrayEquals(stored.get(key).bytes(), array.bytes(), key));
  }

  /** The shape of each tensor as it is stored, and of what it stands for. */
  private static Map<String, List<Object>> shapes(Path of) {
    try (var held = new FileSource(of.resolve(DcpMetadata.FILE), "metadata")) {
      return DcpMetadata.read(held, Guard.standard()).tensors().entrySet().stream()
          .collect(
              Collectors.toMap(
                  Map.Entry::getKey,
                  tensor -> List.of(tensor.getValue().spec().shape(), tensor.getValue().original()),
                  (one, other) -> one,
                  TreeMap::new));
    }
  }
}
