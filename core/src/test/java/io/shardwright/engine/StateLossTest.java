package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.engine.RandomTraining.Model;
import io.shardwright.engine.TrainingSourcesTest.Source;
import io.shardwright.spi.Grid;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A training that lost a part of its optimizer is refused by what it lacks, in every form. */
class StateLossTest {
  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  @TempDir(factory = MemoryFolders.class)
  private static Path once;

  private static RandomTraining halved;

  private RandomTraining training;
  private int number;

  @BeforeAll
  static void train() {
    halved = RandomTraining.of(Model.LLAMA, DType.BFLOAT16, new Random(9), once);
  }

  /** A random one on two ranks and two stages. */
  private Path written(Source source) throws IOException {
    var random = new Random(source.ordinal());
    boolean torch = source == Source.FSDP;
    training = torch ? RandomTraining.of(Model.LLAMA, DType.FLOAT32, random, folder) : halved;
    return source.write(training, Grid.of(1, 2), folder.resolve("whole"), random);
  }

  private void assertRefused(Path from, String lost, String... words) {
    Path target = folder.resolve("target" + number++);
    Attempt run = training.order(from, target, Grid.ONE).to(MegatronCircleTest.TORCH_DIST).tried();
    run.assertRefused(Kind.INPUT, words);
    assertTrue(run.said().contains("optimizer(false)"), lost + ": " + run.said());
    assertTrue(Files.notExists(target), lost);
  }

  /** Without the first of such keys. */
  private void without(Path whole, String key, String... words) throws IOException {
    var held = HeldItems.of(whole);
    Predicate<String> is = name -> name.matches(key);
    String lost =
        Stream.concat(held.arrays().keySet().stream(), held.objects().keySet().stream())
            .filter(is)
            .findFirst()
            .orElseThrow();
    var items =
        new HeldItems(new LinkedHashMap<>(held.arrays()), new LinkedHashMap<>(held.objects()));
    items.arrays().remove(lost);
    items.objects().remove(lost);
    Path less = Files.createDirectories(folder.resolve("less" + number));
    try (Stream<Path> files = Files.list(whole)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
        Files.copy(file, less.resolve(file.getFileName()));
      }
    }
    assertRefused(items.write(less), lost, words);
  }

  @ParameterizedTest
  @EnumSource(
      value = Source.class,
      names = {"DP_RESHARDABLE", "FULLY_SHARDED_BUCKET_SPACE"})
  void refusesBucketsThatLackOne(Source source) throws IOException {
    Path whole = written(source);
    for (String kind : WholeTraining.STATES) {
      String state = kind.equals("param") ? "fp32_param" : kind;
      without(whole, ".*dp_group_idx_1.*bucket_idx_0\\." + kind, "0 of the", "state." + state);
    }
    without(whole, ".*dp_group_idx_0.*per_bucket_numel_unpadded/.*", "per_bucket_numel_unpadded");
    without(whole, ".*dp_group_idx_0\\.optimizer/.*", "its parameter groups are missing");
  }

  @Test
  void refusesGatheredBuffersThatLackOne() throws IOException {
    Path whole = written(Source.DP_ZERO_GATHER_SCATTER);
    without(whole, ".*dp_group_idx_1\\.param_state/.*", "1 ranks, expected 2");
    without(whole, ".*dp_group_idx_0\\.optimizer/.*", "its parameter groups are missing");
  }

  @Test
  void refusesFilesOfBuffersThatLackOne() throws IOException {
    Path whole = written(Source.DISTRIB_OPTIM);
    Path file;
    try (Stream<Path> files = Files.walk(whole)) {
      file = files.filter(f -> f.endsWith("distrib_optim.pt")).sorted().toList().get(1);
    }
    byte[] bytes = Files.readAllBytes(file);
    for (String key : List.of("exp_avg", "exp_avg_sq", "param", "numel_unpadded")) {
      TrainingFiles.rewriteAny(file, file, root -> without(root, key));
      assertRefused(whole, key, key.equals("param") ? "fp32_param" : key);
      Files.write(file, bytes);
    }
    Files.delete(file);
    assertRefused(whole, "a file", "it lacks '", "distrib_optim.pt', the state of tp 0 pp 1");
  }

  /** Takes a key away wherever it is. */
  private static PickleValue without(PickleValue value, String key) {
    if (value instanceof Dict dict) {
      dict.entries().removeIf(entry -> entry.name().equals(key));
      dict.entries().stream().map(Entry::value).forEach(inner -> without(inner, key));
    }
    return value;
  }

  @Test
  void refusesArraysThatLackOne() throws IOException {
    Path whole = written(Source.ZARR);
    for (String kind : List.of("exp_avg", "exp_avg_sq", "fp32_param")) {
      Path array;
      try (Stream<Path> files = Files.walk(whole)) {
        array =
            files
                .filter(f -> f.getFileName().toString().startsWith("optimizer.state." + kind + "."))
                .sorted()
                .findFirst()
                .orElseThrow();
      }
      Path elsewhere = folder.resolve("array");
      Files.move(array, elsewhere);
      assertRefused(whole, kind, "'" + kind + "'");
      Files.move(elsewhere, array);
    }
  }

  @Test
  void refusesAFolderOfPytorchThatLacksOne() throws IOException {
    Path whole = written(Source.FSDP);
    for (String kind : List.of("exp_avg", "exp_avg_sq")) {
      without(whole, "optimizer\\.state\\..*\\." + kind, "'" + kind + "'");
    }
  }

  @Test
  void refusesShardsThatLackAParameter() throws IOException {
    var random = new Random(9);
    training = halved;
    String lost = "optimizer.state.exp_avg.decoder.layers.mlp.linear_fc2.weight";
    Path less = folder.resolve("less");
    training
        .order(training.home(), less, Grid.ONE)
        .withoutOptimizer()
        .to(MegatronCircleTest.TORCH_DIST)
        .done();
    TinyTraining.in(less, TinyTraining.Form.MODEL_SPACE, random, key -> !key.equals(lost));
    assertRefused(less, lost, "no 'exp_avg' of 'decoder.layers.0.mlp.linear_fc2.weight'");
  }
}
