package io.shardwright.adapters.megatron;

import io.shardwright.spi.Grid;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.DenseTensor;
import io.shardwright.spi.format.FlatState;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import io.shardwright.spi.format.StoredModel.Weights;
import io.shardwright.spi.format.StoredRanks;
import io.shardwright.spi.format.StoredRanks.Rank;
import io.shardwright.spi.format.TensorTree;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads an iteration whose ranks have a file each. */
final class RankReading {
  private static final String STATE = "optimizer.state.";
  private static final String FFN = "ffn_hidden_size";
  private static final String NORM = "normalization";
  private static final Map<DType, String> TYPES =
      Map.of(DType.BFLOAT16, "bf16", DType.FLOAT16, "fp16");
  private static final String POSITIONS = "max_position_embeddings";

  /** How the arguments of a training say which stage has which layers. */
  private static final Map<String, String> SPLIT =
      Map.of(
          "decoder_first_pipeline_num_layers",
          PipelineSplit.FIRST,
          "decoder_last_pipeline_num_layers",
          PipelineSplit.LAST,
          PipelineSplit.LAYOUT,
          PipelineSplit.LAYOUT,
          PipelineSplit.EMBEDDING,
          PipelineSplit.EMBEDDING,
          PipelineSplit.LOSS,
          PipelineSplit.LOSS);

  private static final String HEADS = "num_attention_heads";
  private final StoredFiles files;
  private final KnownModels models;
  private final RankState first;
  private final Grid grid;
  private final Map<RankCoordinate, String> folders;
  private final List<Rank> ranks = new ArrayList<>();
  private final Map<RankCoordinate, Long> numbers = new LinkedHashMap<>();
  private final Optional<FlatState> flat;
  private final RankOptimizers optimizers;
  private final Set<String> left = new LinkedHashSet<>();
  private final Map<String, DenseTensor> tensors = new LinkedHashMap<>();
  private boolean unordered;

  RankReading(StoredFiles files, KnownModels models) {
    this.files = files;
    this.models = models;
    var names = RankFolders.of(files);
    first = RankState.of(RankFolders.whole(files.folder(names.get(0))));
    grid = first.grid(names);
    folders = RankFolders.of(grid, names, files.name());
    flat = new FlatRanks(files, folders).state();
    optimizers = new RankOptimizers(flat.isPresent());
    folders.forEach(this::add);
    requireOwnPlaces();
  }

  /** Files that were swapped or copied have each other's numbers. */
  private void requireOwnPlaces() {
    if (numbers.size() < folders.size() || Set.copyOf(numbers.values()).size() < 2) {
      return;
    }
    var seen = new HashMap<Long, RankCoordinate>();
    numbers.forEach(
        (at, number) -> {
          if (number % grid.tensor() != at.tensor() || seen.put(number, at) != null) {
            throw new MalformedCheckpointException(
                ErrorCode.RANKS_DISAGREE,
                files.name() + "/" + folders.get(at),
                "its args are those of rank "
                    + number
                    + ", expected the rank of this folder: the files of ranks were swapped or"
                    + " copied");
          }
        });
  }

  private void add(RankCoordinate rank, String name) {
    StoredFiles folder = RankFolders.whole(files.folder(name));
    RankState state = RankState.of(folder);
    state.requireSame(first);
    state.rank().ifPresent(number -> numbers.put(rank, number));
    var models =
        state.chunks().stream().map(key -> folder.tensors(RankFolders.FILE, List.of(key))).toList();
    Optional<RankOptimizer> optimizer = optimizers.of(folder, state, models);
    var chunks = new ArrayList<Weights>();
    for (TensorTree model : models) {
      boolean legacy = LegacyNames.are(model);
      var named = new LinkedHashMap<>(named(model.tensors(), legacy));
      named.forEach(tensors::putIfAbsent);
      int chunk = chunks.size();
      optimizer.ifPresent(
          own ->
              own.of(chunk)
                  .forEach(
                      (kind, kept) ->
                          named(kept, legacy)
                              .forEach((of, t) -> named.put(STATE + kind + "." + of, t))));
      leave(model, name);
      chunks.add(new Weights(model, named));
    }
    ranks.add(new Rank(rank, chunks));
  }

  private Map<String, DenseTensor> named(Map<String, ? extends DenseTensor> model, boolean legacy) {
    if (legacy) {
      long heads = first.size(HEADS).orElse(0) / grid.tensor();
      unordered |= heads == 0 && first.version() < LegacyNames.ORDERED;
      return LegacyNames.of(model, first.version(), heads);
    }
    return NativeNames.of(model, first.size("num_experts").orElse(0) / grid.expert());
  }

  /** What is no parameter, by its rank. */
  private void leave(TensorTree model, String rank) {
    model.objects().forEach(name -> left.add(rank + " " + name));
    model.tensors().keySet().stream()
        .filter(NativeNames::isState)
        .forEach(name -> left.add(rank + " " + name));
  }

  /** With notes on how it was chosen. */
  StoredModel read(List<String> before) {
    var notes = new ArrayList<>(before);
    notes.addAll(Leftovers.notes(left));
    var built = StoredModel.of(new StoredRanks(grid, ranks, optimizers.unread()));
    (flat.isPresent()
            ? CommonTraining.of(first.root(), List.of(), flat, Map.of())
            : optimizers.training(first))
        .ifPresent(built::training);
    OptionalLong words = Vocabulary.rows(tensors);
    var rows = words.isPresent() ? OptionalLong.of(words.getAsLong() * grid.tensor()) : words;
    new ModelReading(files, new IterationSide(files).tokenizer(), models, tensors.keySet(), notes)
        .describe(
            () -> first.args().map(this::completed).flatMap(Arguments::of),
            ranks -> new Vocabulary.Stored(rows, grid.tensor()),
            this::cut,
            built);
    return built.notes(notes).build();
  }

  /** The arguments with what those of older trainings don't say. */
  private Obj completed(JsonValue args) {
    Obj whole = args instanceof Obj given ? given.copy() : Obj.empty();
    var said = new DialectDocument(whole);
    if (said.text(FFN).isEmpty()) {
      rows("mlp.linear_fc1.weight")
          .ifPresent(
              rows ->
                  whole.put(
                      FFN,
                      Num.of(
                          rows * grid.tensor() / (ModelDocument.isTrue(said, "swiglu") ? 2 : 1))));
    }
    if (said.text(POSITIONS).isEmpty()) {
      rows("embedding.position_embeddings.weight")
          .ifPresent(rows -> whole.put(POSITIONS, Num.of(rows)));
    }
    if (said.text(NORM).isEmpty()) {
      whole.put(NORM, new Str("LayerNorm"));
    }
    if (said.text("bf16").or(() -> said.text("fp16")).isEmpty()) {
      tensors.values().stream()
          .map(tensor -> tensor.spec().dtype())
          .filter(type -> TYPES.containsKey(type))
          .findFirst()
          .ifPresent(type -> whole.put(TYPES.get(type), new Bool(true)));
    }
    return whole;
  }

  private OptionalLong rows(String end) {
    return tensors.entrySet().stream()
        .filter(tensor -> tensor.getKey().endsWith(end))
        .map(tensor -> tensor.getValue().spec().shape())
        .filter(shape -> shape.rank() > 0)
        .mapToLong(shape -> shape.dim(0))
        .findFirst();
  }

  /** The configuration with what the tensors are cut for. */
  private Configuration cut(Configuration config) {
    if (unordered) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          first.where(),
          "its args don't say "
              + HEADS
              + ", which is needed to order the rows of query_key_value in checkpoint versions"
              + " before 2.0");
    }
    var keys = new LinkedHashMap<String, String>();
    put(keys, ParallelDimension.TENSOR, grid.tensor(), 0);
    put(keys, ParallelDimension.PIPELINE, grid.pipeline(), 0);
    put(keys, ParallelDimension.VIRTUAL_PIPELINE, first.chunks().size(), 1);
    put(keys, ParallelDimension.EXPERT, grid.expert(), 1);
    put(keys, ParallelDimension.EXPERT_TENSOR, grid.expertTensor(), grid.tensor());
    if (grid.pipeline() > 1) {
      SPLIT.forEach(
          (said, key) ->
              first
                  .text("args." + said)
                  .filter(value -> !value.equals("false"))
                  .ifPresent(value -> keys.put(key, value)));
    }
    Configuration cut = config;
    for (var key : keys.entrySet()) {
      cut = cut.with(key.getKey(), key.getValue());
    }
    return cut;
  }

  private static void put(Map<String, String> keys, ParallelDimension of, int size, int unsaid) {
    if (size != unsaid) {
      keys.put(of.configKey(), Integer.toString(size));
    }
  }
}
