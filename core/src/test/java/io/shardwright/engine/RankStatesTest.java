package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Optimizers in Megatron-LM's folders of ranks. */
class RankStatesTest {
  private static final TargetFormat MEGATRON = new TargetFormat("megatron");
  private static final TargetFormat TORCH_DIST = new TargetFormat("torch_dist");

  @TempDir Path folder;
  private long rows;

  /** A training on a random grid, whose ranks all have an optimizer. */
  private Path training(long seed, UnaryOperator<PickleValue> change) throws IOException {
    var random = new Random(seed);
    var model = RankTraining.model(seed);
    var training = new RankTraining(folder.resolve("home" + seed));
    training.optimizer = Optional.of(change);
    rows = model.rows();
    int tensor = 1 << random.nextInt(Integer.numberOfTrailingZeros(model.groups) + 1);
    int stages = 1 << random.nextInt(Integer.numberOfTrailingZeros(model.layers) + 1);
    int chunks = stages > 1 && model.layers / stages > 1 ? 2 : 1;
    training.write(model, tensor, stages, chunks, UnaryOperator.identity());
    return training.root;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void goesToOtherGridsAndFormatsAndBack(long seed) throws IOException {
    Path home = training(seed, UnaryOperator.identity());
    String where = "seed " + seed;
    Path one = order(home, "one" + seed).grid(1, 1).done();
    var found = Checkpoints.found(one);
    assertTrue(found.stream().anyMatch(l -> l.contains("optimizer.state.exp_avg_sq.")), where);
    Path ranks = order(home, "ranks" + seed).grid(2, 2).done();
    Path arrays =
        order(ranks, "arrays" + seed)
            .to(TORCH_DIST)
            .layout(WeightLayout.DISTRIBUTED)
            .grid(1, 2)
            .done();
    Path back = order(arrays, "back" + seed).grid(1, 1).done();
    assertEquals(found, Checkpoints.found(back), where);
    Checkpoints.assertAlike(home, arrays);
  }

  private Order order(Path source, String name) {
    return Order.of(source, folder.resolve(name))
        .vocab(rows)
        .to(MEGATRON)
        .layout(WeightLayout.RANKS);
  }

  /** NeMo's names, its order of parameters and its groups become Megatron-LM's. */
  @Test
  void aTrainingOfNemoGoesOnInMegatron() throws IOException {
    Path nemo = TrainingFiles.gpt(folder).resolve(TrainingFiles.GPT);
    rows = 250;
    Path ranks = order(nemo, "ranks").grid(2, 2).vp(2).done();
    Path arrays =
        order(nemo, "arrays").to(TORCH_DIST).layout(WeightLayout.DISTRIBUTED).grid(2, 1).done();
    Path one = order(arrays, "one").grid(1, 1).done();
    Path other = order(ranks, "other").grid(1, 1).done();
    assertEquals(Checkpoints.found(one), Checkpoints.found(other));
    assertEquals(
        List.of("iter_0000002", "latest_checkpointed_iteration.txt"), Checkpoints.names(ranks));
    String form = Attempt.verify(ranks).said();
    assertTrue(Checkpoints.found(one).stream().anyMatch(l -> l.contains("exp_avg_sq.")), form);
  }

  @Test
  void leavesTheOptimizerOutWhereAsked() throws IOException {
    Path home = training(1, UnaryOperator.identity());
    for (TargetFormat format : List.of(MEGATRON, TORCH_DIST, TargetFormat.NEMO)) {
      Path target = folder.resolve("bare-" + format);
      Order order = Order.of(home, target).vocab(rows).to(format).grid(1, 1);
      if (format == TargetFormat.NEMO) {
        order.tried().assertRefused(Kind.INPUT, "optimizer(false)");
      }
      order.withoutOptimizer().done();
      var found = Checkpoints.found(target);
      assertTrue(found.stream().noneMatch(l -> l.contains("exp_avg")), format + " " + found);
    }
  }

  private void assertRefused(String why, Consumer<Dict> change) throws IOException {
    Path home =
        training(
            1,
            optimizer -> {
              change.accept((Dict) optimizer);
              return optimizer;
            });
    Path target = folder.resolve("target");
    Order.of(home, target)
        .to(TORCH_DIST)
        .tried()
        .assertRefused(Kind.INPUT, why, "optimizer(false)");
    assertTrue(Files.notExists(target));
    Attempt.verify(home).assertDone();
  }

  private static Dict plain(Dict optimizer) {
    return optimizer.entries().stream().anyMatch(entry -> entry.name().equals("optimizer"))
        ? (Dict) TrainingFiles.get(optimizer, "optimizer")
        : optimizer;
  }

  private static List<Entry> states(Dict optimizer) {
    return ((Dict) TrainingFiles.get(plain(optimizer), "state")).entries();
  }

  private static List<PickleValue> groups(Dict optimizer) {
    return ((Sequence) TrainingFiles.get(plain(optimizer), "param_groups")).items();
  }

  @Test
  void refusesAnOptimizerThatLacksTheStateOfAParameter() throws IOException {
    assertRefused("it has no state of '", optimizer -> states(optimizer).remove(1));
  }

  @Test
  void refusesTheMomentumOfAnotherOptimizer() throws IOException {
    assertRefused(
        "it keeps momentum_buffer of '",
        optimizer -> {
          var state = (Dict) states(optimizer).get(0).value();
          PickleValue moment = state.entries().get(0).value();
          state.entries().clear();
          state.put(new Text("momentum_buffer"), moment);
        });
  }

  /** As Megatron-Core's LayerWiseDistributedOptimizer stores it, of Muon. */
  @Test
  void refusesAnOptimizerThatRanksShareOutByLayers() throws IOException {
    Path home = training(1, UnaryOperator.identity());
    try (Stream<Path> files = Files.walk(home)) {
      Path rank = files.filter(file -> file.endsWith(RankTraining.FILE)).findFirst().orElseThrow();
      Files.copy(rank, rank.resolveSibling("layer_wise_optimizer_0.pt"));
    }
    Path target = folder.resolve("target");
    Order.of(home, target)
        .to(TORCH_DIST)
        .tried()
        .assertRefused(Kind.INPUT, "divided among ranks by layers", "optimizer(false)");
    assertTrue(Files.notExists(target));
  }

  @Test
  void refusesGroupsOfOtherSizes() throws IOException {
    assertRefused(
        "parameters, expected ",
        optimizer ->
            ((Sequence) TrainingFiles.get(groups(optimizer).get(0), "params"))
                .items()
                .add(Int.of(99)));
  }

  @Test
  void refusesAnOptimizerWithoutGroups() throws IOException {
    assertRefused("expected param_groups", optimizer -> groups(optimizer).clear());
  }
}
