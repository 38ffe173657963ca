package io.shardwright.engine;

import io.shardwright.spi.Grid;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * A random training in {@code torch_dist}, in {@code fully_reshardable} form and cut for no rank.
 *
 * @param name for messages
 * @param whole the same
 * @param rows of its vocabulary
 * @param divisor of which the vocabulary's rows of each rank are a multiple
 * @param tensor by how many ranks its matrices can be cut
 */
record RandomTraining(
    String name,
    Path home,
    WholeTraining whole,
    boolean experts,
    boolean gated,
    boolean gatedBias,
    long rows,
    int divisor,
    int layers,
    List<Integer> tensor) {
  /** What it is of. */
  enum Model {
    GPT,
    LLAMA,
    MIXTRAL,
    QWEN3_MOE
  }

  static RandomTraining of(Model model, DType dtype, Random random, Path folder) {
    String name = model + " of " + dtype.torchName();
    if (model == Model.GPT) {
      return gpt(name, dtype, random, folder);
    }
    var kind = TinyExperts.Kind.valueOf(model.name());
    Path source = TinyExperts.writeFinite(kind, random, folder.resolve("model"));
    Path home = home(source, dtype, TinyExperts.VOCABULARY, random, folder);
    long rows = TinyExperts.VOCABULARY;
    boolean experts = kind.hasExperts();
    return new RandomTraining(
        name,
        home,
        WholeTraining.of(home),
        experts,
        true,
        false,
        rows,
        1,
        TinyExperts.LAYERS,
        List.of(1, 3));
  }

  private static RandomTraining gpt(String name, DType dtype, Random random, Path folder) {
    TinyGpt model = RankTraining.model(random.nextInt(1000));
    Path source = model.writeFinite(folder.resolve("model"));
    boolean gated = model.config.get("activation").endsWith("glu");
    boolean bias = model.config.get("bias").equals("true");
    Path home = home(source, dtype, model.rows(), random, folder);
    return new RandomTraining(
        name + " " + model,
        home,
        WholeTraining.of(home),
        false,
        gated,
        gated && bias,
        model.rows(),
        Integer.parseInt(model.config.get("make_vocab_size_divisible_by")),
        model.layers,
        model.groups % 2 == 0 ? List.of(1, 2) : List.of(1));
  }

  private static Path home(Path source, DType dtype, long rows, Random random, Path folder) {
    Path home = folder.resolve("home");
    Order.of(source, home)
        .grid(1, 1)
        .layout(WeightLayout.DISTRIBUTED)
        .vocab(rows)
        .dtype(dtype)
        .lossy()
        .to(MegatronCircleTest.TORCH_DIST)
        .done();
    return TinyTraining.in(home, TinyTraining.Form.FULLY_RESHARDABLE, random);
  }

  /** A grid that it can be cut for. */
  Grid grid(Random random) {
    int ranks = tensor.get(random.nextInt(tensor.size()));
    int stages = 1 + random.nextInt(2);
    int chunks = stages > 1 && layers > 2 ? 1 + random.nextInt(2) : 1;
    var grid = Grid.of(ranks, stages).virtual(chunks);
    return experts
        ? grid.experts(1 + random.nextInt(2)).expertTensor(random.nextBoolean() ? 1 : ranks)
        : grid;
  }

  Order order(Path source, Path target, Grid grid) {
    return cut(Order.of(source, target).layout(WeightLayout.DISTRIBUTED).vocab(rows), grid);
  }

  /** An order for a grid. */
  Order cut(Order order, Grid grid) {
    order.grid(grid.tensor(), grid.pipeline()).vp(grid.virtual());
    return experts
        ? order.with(
            p ->
                p.expertModelParallelSize(grid.expert())
                    .expertTensorParallelSize(grid.expertTensor()))
        : order;
  }

  /** With as many rows of the vocabulary as the ranks of a grid have. */
  WholeTraining whole(Grid grid) {
    return whole.padded(divisor * grid.tensor());
  }
}
