package io.shardwright.engine;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.TreePickle;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.core.internal.codec.torch.TorchTree;
import io.shardwright.engine.FlatTraining.Bucket;
import io.shardwright.engine.FlatTraining.Buffer;
import io.shardwright.engine.RankCut.Part;
import io.shardwright.spi.Grid;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes a training whose optimizer is in flat buffers, in each of the three forms, as
 * Megatron-Core does. The weights are as our own writers make them.
 *
 * @param size elements that end a bucket of the first chunk; empty for one bucket
 * @param alignment to whose multiples parameters are aligned
 * @param ranks of data parallelism
 */
record FlatSource(
    RandomTraining training, RankCut cut, OptionalInt size, int alignment, int ranks) {
  /** What Megatron-Core calls the forms in arrays. */
  enum Form {
    DP_ZERO_GATHER_SCATTER,
    DP_RESHARDABLE,
    FULLY_SHARDED_BUCKET_SPACE;

    private String kind() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Pattern FOLDER =
      Pattern.compile("mp_rank_(\\d\\d)(?:_(\\d{3}))?(?:_(\\d{3}))?");

  private static final String GROUP = "optimizer.distributed.dp_group_idx_";

  @Override
  public String toString() {
    return settings() + " buckets of " + size;
  }

  private Grid grid() {
    return cut.grid();
  }

  private List<Buffer> dense(int tensor, int stage) {
    var all = new ArrayList<Buffer>();
    for (int chunk = 0; chunk < grid().virtual(); chunk++) {
      all.addAll(buffers(cut.dense(tensor, stage, chunk), stage, chunk));
    }
    return all;
  }

  private List<Buffer> experts(int tensor, int expert, int stage) {
    var all = new ArrayList<Buffer>();
    for (int chunk = 0; chunk < grid().virtual(); chunk++) {
      all.addAll(buffers(cut.experts(tensor, expert, stage, chunk), stage, chunk));
    }
    return all;
  }

  private List<Buffer> buffers(List<Part> parts, int stage, int chunk) {
    OptionalInt own = stage == 0 && chunk == 0 ? size : OptionalInt.empty();
    return FlatTraining.of(parts, own, alignment);
  }

  /** Megatron-LM's folders of ranks with {@code distrib_optim.pt}. */
  Path inRanks(Path root) throws IOException {
    training
        .order(training.home(), root, grid())
        .withoutOptimizer()
        .layout(WeightLayout.RANKS)
        .to(MegatronCircleTest.MEGATRON)
        .done();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(f -> f.endsWith(RankTraining.FILE)).toList()) {
        Matcher rank = FOLDER.matcher(file.getParent().getFileName().toString());
        rank.matches();
        int tensor = Integer.parseInt(rank.group(1));
        boolean stages = grid().pipeline() > 1;
        int stage = stages ? Integer.parseInt(rank.group(2)) : 0;
        String last = stages ? rank.group(3) : rank.group(2);
        int expert = last == null ? 0 : Integer.parseInt(last);
        var own = new ArrayList<List<Buffer>>();
        own.add(expert == 0 ? dense(tensor, stage) : List.of());
        if (cut.isApart()) {
          own.add(experts(tensor, expert, stage));
        }
        Files.write(
            file.resolveSibling("distrib_optim.pt"), FlatTraining.coalesced(own, cut.isApart()));
        Obj one = Obj.empty().put("optimizer", optimizer(false));
        Obj two = Obj.empty().put("optimizer", optimizer(true));
        var value = cut.isApart() ? new Arr(List.of(one, two)) : one;
        TrainingFiles.rewrite(file, file, dict -> trained(dict, value));
      }
    }
    return root;
  }

  private Dict trained(Dict root, JsonValue optimizer) {
    var args = (Dict) ((Call) TrainingFiles.get(root, "args")).state();
    settings().forEach((key, value) -> TrainingFiles.set(args, key, pickle(value)));
    return TrainingFiles.set(root, "optimizer", pickle(optimizer));
  }

  private static PickleValue pickle(JsonValue value) {
    return new TreePickle("optimizer").of(value);
  }

  /** The arguments on which the order of parameters depends. */
  private Map<String, JsonValue> settings() {
    return Map.of(
        "transformer_impl",
        new Str(cut.local() ? "local" : "transformer_engine"),
        "moe_grouped_gemm",
        new Bool(cut.grouped()));
  }

  private static Obj optimizer(boolean experts) {
    return Obj.empty().put("param_groups", TinyTraining.groups(experts));
  }

  /** A form in arrays of a distributed checkpoint. */
  Path inArrays(Path root, Form form) throws IOException {
    training
        .order(training.home(), root, grid())
        .withoutOptimizer()
        .to(MegatronCircleTest.TORCH_DIST)
        .done();
    var items = new MegatronItems();
    var common = TinyTraining.common(root);
    Obj own = Obj.empty().put("param_state_sharding_type", new Str(form.kind()));
    common.put("optimizer", cut.isApart() ? new Arr(List.of(own, own)) : own);
    settings().forEach((key, value) -> common.putAt("args." + key, value));
    items.object(
        TinyTraining.STATE,
        TorchTree.file("archive", new Arr(List.of(common)), TinyTraining.STATE));
    weights(items);
    String chain = cut.isApart() ? "chained_0." : "";
    for (int stage = 0; stage < grid().pipeline(); stage++) {
      for (int tensor = 0; tensor < grid().tensor(); tensor++) {
        int group = tensor + grid().tensor() * stage;
        add(items, chain + GROUP + group + ".", dense(tensor, stage), form, false);
      }
      for (int expert = 0; cut.isApart() && expert < grid().expert(); expert++) {
        for (int tensor = 0; tensor < grid().expertTensor(); tensor++) {
          int group = tensor + grid().expertTensor() * (expert + grid().expert() * stage);
          add(
              items,
              "chained_1." + GROUP + group + ".",
              experts(tensor, expert, stage),
              form,
              true);
        }
      }
    }
    items.write(root);
    return root;
  }

  private void weights(MegatronItems items) {
    cut.whole()
        .parameters()
        .forEach(
            (key, own) ->
                items.add(key, own.dtype(), own.shape(), own.values().get(WholeTraining.WEIGHT)));
  }

  private void add(
      MegatronItems items, String group, List<Buffer> buffers, Form form, boolean experts) {
    items.object(
        group + "optimizer/shard_0_1",
        TorchTree.file("archive", new Arr(List.of(optimizer(experts))), group));
    if (form == Form.DP_ZERO_GATHER_SCATTER) {
      items.object(group + "param_state/shard_0_1", FlatTraining.coalesced(List.of(buffers), true));
      return;
    }
    items.object(
        group + "per_bucket_numel_unpadded/shard_0_1",
        ExtraState.file("archive", FlatTraining.sizes(buffers, 1)));
    items.object(
        group + "per_bucket_numel/shard_0_1",
        ExtraState.file("archive", FlatTraining.sizes(buffers, unit(experts))));
    for (int number = 0; number < buffers.size(); number++) {
      Buffer buffer = buffers.get(number);
      for (int k = 0; k < buffer.buckets().size(); k++) {
        Bucket bucket = buffer.buckets().get(k);
        String key =
            group + "gbuf_idx_" + number + ".dtype_" + buffer.types() + ".bucket_idx_" + k + ".";
        bucket.states().forEach((kind, bytes) -> add(items, key + kind, bytes, form));
      }
    }
  }

  /** Of what a bucket's elements with its end are a multiple. */
  private int unit(boolean experts) {
    int shared = ranks * grid().tensor() / grid().expertTensor() / grid().expert();
    int own = experts ? shared : ranks;
    int unit = own;
    while (unit % 128 != 0) {
      unit += own;
    }
    return unit;
  }

  /**
   * Up to Megatron-Core 0.14 the end of a bucket was stored, and ranks' parts as shards from 0.8
   * on.
   */
  private void add(MegatronItems items, String key, byte[] bytes, Form form) {
    int elements = bytes.length / Float.BYTES;
    if (form == Form.DP_RESHARDABLE) {
      items.add(key, DType.FLOAT32, Shape.of(elements), bytes);
      return;
    }
    int unit = 128 * ranks;
    int all = (elements + unit - 1) / unit * unit;
    byte[] ended = Arrays.copyOf(bytes, all * Float.BYTES);
    if (alignment == FlatTraining.ALIGNED) {
      items.addFlat(key, Shape.of(all), List.of((long) ranks), ended, new Random(all));
    } else {
      items.add(key, DType.FLOAT32, Shape.of(all), ended);
    }
  }
}
