package io.shardwright.engine;

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
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The folders of ranks of Megatron-LM, made from those of a NeMo checkpoint by its rules. */
final class RankTraining {
  static final String FILE = "model_optim_rng.pt";

  final Map<String, PickleValue> around = new LinkedHashMap<>();
  final Map<String, String> args = new LinkedHashMap<>();

  /** A tensor of a rank's file. */
  record Held(TensorSpec spec, byte[] bytes) {
    Held as(String name) {
      return new Held(new TensorSpec(name, spec.dtype(), spec.shape()), bytes);
    }
  }

  RankTraining() {
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
  void write(Path rank, List<Map<String, Held>> chunks) throws IOException {
    var storages = new LinkedHashMap<String, byte[]>();
    var pickle = new StateDictPickle();
    var root = new Dict().put(new Text("args"), namespace());
    around.forEach((key, value) -> root.put(new Text(key), value));
    for (int chunk = 0; chunk < chunks.size(); chunk++) {
      root.put(
          new Text("model" + (chunks.size() == 1 ? "" : chunk)),
          model(chunks.get(chunk), pickle, storages));
    }
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
}
