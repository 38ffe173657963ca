package io.shardwright.engine;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Real;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.core.internal.codec.torch.TorchTensor;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The folders of ranks of Megatron-LM, made from those of a NeMo checkpoint by its rules. */
public final class RankTraining {
  static final String FILE = "model_optim_rng.pt";
  private static final List<String> ACTIVATIONS = List.of("gelu", "squared-relu", "fast-swiglu");

  public final Map<String, PickleValue> around = new LinkedHashMap<>();
  public final Map<String, String> args = new LinkedHashMap<>();

  /** A tensor of a rank's file. */
  public record Held(TensorSpec spec, byte[] bytes) {
    Held as(String name) {
      return new Held(new TensorSpec(name, spec.dtype(), spec.shape()), bytes);
    }
  }

  /** Changes the optimizer of each rank; empty where there is none. */
  Optional<UnaryOperator<PickleValue>> optimizer = Optional.empty();

  private final Path folder;
  public Path root;

  public RankTraining(Path folder) {
    this.folder = folder;
    around.put("checkpoint_version", new Real(3.0));
    around.put("iteration", Int.of(7));
  }

  /** The tensors of a rank's file of NeMo, without NeMo's prefix. */
  static Map<String, Held> tensors(Path file) {
    var tensors = new LinkedHashMap<String, Held>();
    try (var source = new FileSource(file, file.toString())) {
      TorchFile.open(source, Guard.standard())
          .stateDict()
          .tensors()
          .values()
          .forEach(tensor -> put(tensors, held(tensor)));
    }
    return tensors;
  }

  private static void put(Map<String, Held> tensors, Held held) {
    String name = held.spec().name().substring("model.".length());
    tensors.put(name, held.as(name));
  }

  private static Held held(TorchTensor tensor) {
    var bytes = ByteBuffer.allocate((int) tensor.spec().byteSize());
    tensor.storage().readFully(bytes, tensor.storageOffset() * tensor.spec().dtype().byteSize());
    return new Held(tensor.spec(), bytes.array());
  }

  /**
   * Writes a rank's file.
   *
   * @param chunks a model each
   */
  public void write(Path rank, List<Map<String, Held>> chunks) throws IOException {
    var storages = new LinkedHashMap<String, byte[]>();
    var pickle = new StateDictPickle();
    var root = new Dict().put(new Text("args"), namespace());
    around.forEach((key, value) -> root.put(new Text(key), value));
    for (int chunk = 0; chunk < chunks.size(); chunk++) {
      root.put(
          new Text("model" + (chunks.size() == 1 ? "" : chunk)),
          model(chunks.get(chunk), pickle, storages));
    }
    optimizer.ifPresent(
        change ->
            root.put(new Text("optimizer"), change.apply(RankAdam.of(chunks, pickle, storages))));
    var layout = TorchLayout.of("archive", PickleWriter.write(root), pickle.storages());
    Files.createDirectories(rank);
    Files.write(rank.resolve(FILE), TorchBytes.of(layout, storages));
  }

  private static Call model(
      Map<String, Held> tensors, StateDictPickle pickle, Map<String, byte[]> storages) {
    Call model = Call.reduce(new Global("collections", "OrderedDict"));
    tensors.forEach(
        (name, held) -> {
          var stored = pickle.tensor(held.spec());
          storages.put(stored.key(), held.bytes());
          put(model.entries(), name, stored.value());
        });
    model.entries().add(new Entry(new Text("decoder._extra_state"), Constant.NONE));
    return model;
  }

  /** Models before Megatron-Core have a dict for each module above the layers. */
  private static void put(List<Entry> dict, String name, PickleValue value) {
    int dot = name.indexOf('.');
    boolean module =
        name.matches(
            "(language_model|encoder|transformer|embedding|word_embeddings|position_embeddings)\\..*");
    if (!module || dot < 0) {
      dict.add(new Entry(new Text(name), value));
      return;
    }
    String first = name.substring(0, dot);
    var inner =
        dict.stream()
            .filter(entry -> entry.name().equals(first))
            .map(entry -> (Dict) entry.value())
            .findFirst()
            .orElseGet(
                () -> {
                  var made = new Dict();
                  dict.add(new Entry(new Text(first), made));
                  return made;
                });
    put(inner.entries(), name.substring(dot + 1), value);
  }

  private PickleValue namespace() {
    var fields = new Dict();
    args.forEach((key, value) -> fields.put(new Text(key), value(value)));
    Call namespace = Call.reduce(new Global("argparse", "Namespace"));
    namespace.build(fields);
    return namespace;
  }

  private static PickleValue value(String said) {
    if (said.matches("-?[0-9]+")) {
      return Int.of(Long.parseLong(said));
    }
    return switch (said) {
      case "true" -> Constant.TRUE;
      case "false" -> Constant.FALSE;
      case "null" -> Constant.NONE;
      default -> said.matches("[0-9.]+") ? new Real(Double.parseDouble(said)) : new Text(said);
    };
  }

  /** NeMo's folders of ranks, stage by stage. */
  List<List<Path>> cut(Path source, int tensor, int stages, int experts, long rows) {
    Path cut = folder.resolve("cut");
    Order.of(source, cut)
        .to(TargetFormat.NEMO)
        .naming(Naming.MCORE)
        .layout(WeightLayout.RANKS)
        .grid(tensor, stages)
        .with(parts -> parts.expertModelParallelSize(experts))
        .vocab(rows)
        .done();
    var files = new ArrayList<List<Path>>();
    for (int stage = 0; stage < stages; stage++) {
      var ranks = new ArrayList<Path>();
      for (int rank = 0; rank < Math.max(tensor, experts * tensor); rank++) {
        ranks.add(file(cut, rank % tensor, stage, stages, experts == 1 ? -1 : rank / tensor));
      }
      files.add(ranks);
    }
    return files;
  }

  static Path file(Path cut, int tensor, int stage, int stages, int expert) {
    String name = "mp_rank_0" + tensor;
    if (stages > 1) {
      name =
          expert < 0
              ? "tp_rank_0" + tensor + "_pp_rank_00" + stage
              : "mp_rank_0" + tensor + "_00" + stage;
    }
    Path rank = cut.resolve(name + (expert < 0 ? "" : "_00" + expert));
    return (Files.exists(rank) ? rank : cut).resolve("model_weights.ckpt");
  }

  public Path step() throws IOException {
    root = folder.resolve("training");
    Path step = Files.createDirectories(root.resolve("iter_0000007"));
    Files.writeString(root.resolve("latest_checkpointed_iteration.txt"), "7");
    return step;
  }

  /** What Megatron-LM's arguments would be. */
  void say(TinyGpt model, int tensor, int stages, int chunks) {
    Map<String, String> config = model.config;
    for (String key :
        List.of(
            "num_layers",
            "hidden_size",
            "ffn_hidden_size",
            "num_attention_heads",
            "kv_channels",
            "num_query_groups",
            "make_vocab_size_divisible_by",
            "position_embedding_type")) {
      args.put(key, config.get(key));
    }
    boolean tied = config.get("share_embeddings_and_output_weights").equals("true");
    args.put("group_query_attention", "true");
    args.put("max_position_embeddings", "16");
    args.put("seq_length", "16");
    args.put("rotary_percent", "0.5");
    args.put("swiglu", "" + config.get("activation").equals("fast-swiglu"));
    args.put("squared_relu", "" + config.get("activation").equals("squared-relu"));
    args.put("bias_gelu_fusion", "false");
    args.put("add_bias_linear", config.get("bias"));
    args.put("untie_embeddings_and_output_weights", "" + !tied);
    args.put(
        "normalization", config.get("normalization").equals("rmsnorm") ? "RMSNorm" : "LayerNorm");
    args.put("tensor_model_parallel_size", "" + tensor);
    args.put("pipeline_model_parallel_size", "" + stages);
    args.put("virtual_pipeline_model_parallel_size", chunks == 1 ? "null" : "" + chunks);
  }

  /**
   * Writes a random model as Megatron-LM would, and gives NeMo's of the same values.
   *
   * @param names changes names and forms
   */
  Path write(
      TinyGpt model, int tensor, int stages, int chunks, UnaryOperator<Map<String, Held>> names)
      throws IOException {
    Path source = model.write(folder.resolve("source"));
    if (args.isEmpty()) {
      say(model, tensor, stages, chunks);
    }
    Path step = step();
    var files = cut(source, tensor, stages * chunks, 1, model.vocabulary);
    for (int stage = 0; stage < stages; stage++) {
      for (int rank = 0; rank < tensor; rank++) {
        var models = new ArrayList<Map<String, Held>>();
        for (int chunk = 0; chunk < chunks; chunk++) {
          var held = RankTraining.tensors(files.get(chunk * stages + stage).get(rank));
          models.add(names.apply(held));
        }
        String name = "mp_rank_0" + rank + (stages > 1 ? "_00" + stage : "");
        write(step.resolve(name), models);
      }
    }
    return source;
  }

  /** A random model that Megatron-LM's arguments can say. */
  static TinyGpt model(long seed) {
    for (long next = seed; ; next += 1000) {
      var model = new TinyGpt(next);
      boolean said =
          ACTIVATIONS.contains(model.config.get("activation"))
              && !model.config.get("normalization").equals("layernorm1p");
      if (said) {
        return model;
      }
    }
  }
}
