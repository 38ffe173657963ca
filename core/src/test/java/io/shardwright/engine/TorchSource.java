package io.shardwright.engine;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.codec.torch.TorchTree;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A training of PyTorch's AdamW under FSDP2 as {@code torch.distributed.checkpoint} saves it
 * (PyTorch 2.8.0, {@code torch/distributed/checkpoint/state_dict.py}): weights and states under the
 * names of transformers. What those hold is what a model has whose weights the states are.
 */
final class TorchSource {
  private static final Map<String, String> SETTINGS =
      Map.of("lr", "0.001", "eps", "1e-08", "weight_decay", "0.01");

  private TorchSource() {}

  static Path write(RandomTraining training, Path folder) throws IOException {
    var items = new MegatronItems();
    WholeTraining whole = training.whole();
    for (String kind : List.of(WholeTraining.WEIGHT, "exp_avg", "exp_avg_sq")) {
      Path model = model(training, whole, kind, folder.resolveSibling(folder.getFileName() + kind));
      var held = HeldTensors.of(model.resolve("model.safetensors"));
      for (String name : held.names()) {
        items.add(key(name, kind), DType.FLOAT32, held.spec(name).shape(), held.bytes(name));
        if (kind.equals(WholeTraining.WEIGHT)) {
          step(items, key(name, "step"));
        }
      }
      Files.createDirectories(folder);
      Files.write(folder.resolve("config.json"), Files.readAllBytes(model.resolve("config.json")));
    }
    groups().forEach((key, value) -> items.object(key, TorchTree.file("archive", value, key)));
    items.write(folder);
    return folder;
  }

  /** What a parameter's values are called. */
  static String key(String name, String kind) {
    return kind.equals(WholeTraining.WEIGHT)
        ? "model." + name
        : "optimizer.state." + name + "." + kind;
  }

  /** A model whose weights are a state. */
  private static Path model(RandomTraining training, WholeTraining whole, String kind, Path folder)
      throws IOException {
    Obj common = TinyTraining.common(training.home());
    common.fields().remove("optimizer");
    var items = new MegatronItems();
    items.object(
        TinyTraining.STATE,
        TorchTree.file("archive", new Arr(List.of(common)), TinyTraining.STATE));
    whole
        .parameters()
        .forEach((key, own) -> items.add(key, own.dtype(), own.shape(), own.values().get(kind)));
    Files.createDirectories(folder);
    Files.copy(training.home().resolve("metadata.json"), folder.resolve("metadata.json"));
    items.write(folder);
    Path model = folder.resolveSibling(folder.getFileName() + "-hf");
    return Order.of(folder, model).vocab(training.rows()).to(TargetFormat.HUGGING_FACE).done();
  }

  private static void step(MegatronItems items, String key) {
    var step = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(7);
    items.add(key, DType.FLOAT32, Shape.of(), step.array());
  }

  /** The settings of the only group. */
  static Map<String, JsonValue> groups() {
    String before = "optimizer.param_groups.0.";
    var groups = new TreeMap<String, JsonValue>();
    SETTINGS.forEach((key, value) -> groups.put(before + key, new Num(value)));
    groups.put(before + "betas", new Arr(List.of(new Num("0.9"), new Num("0.95"))));
    return groups;
  }
}
