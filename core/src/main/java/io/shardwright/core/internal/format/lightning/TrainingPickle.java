package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.pickle.PickleCopy;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.core.internal.codec.torch.TorchTree;
import io.shardwright.core.internal.plan.RankChunks;
import io.shardwright.core.internal.plan.TargetFile;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.core.outline.ConfigEdit;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Builds the pickle of one rank's file: a copy of a source rank's with new weights, optimizer state
 * and parallel sizes. All else, such as loops, schedulers and random states, is carried over
 * unchanged.
 */
final class TrainingPickle {
  private static final String STATES = "optimizer_states";
  private static final Set<String> OPTIMIZER = Set.of(STATES, "lr_schedulers");

  private final TrainingFile template;
  private final List<ConfigEdit> changes;
  private final StateDictPickle pickle = new StateDictPickle();
  private final CarriedStorages carried = new CarriedStorages(pickle);
  private final TorchTree numbers = new TorchTree(pickle);
  private final Map<TargetTensor, String> keys = new LinkedHashMap<>();
  private final List<Dict> models = new ArrayList<>();

  TrainingPickle(TrainingFile template, List<ConfigEdit> changes) {
    this.template = template;
    this.changes = changes;
  }

  CarriedStorages carried() {
    return carried;
  }

  /** A tensor that the plan writes. */
  PickleValue tensor(TargetTensor tensor) {
    var stored = pickle.tensor(tensor.spec());
    keys.put(tensor, stored.key());
    return stored.value();
  }

  /** A tensor without dimensions. */
  PickleValue number(JsonValue value) {
    Obj tensor =
        Obj.empty()
            .put("_target_", new Str("torch.tensor"))
            .put("_args_", new Arr(List.of(value)))
            .put("dtype", new Str("torch.float32"));
    return numbers.tensor(tensor).orElseThrow();
  }

  /** The bytes of what the plan doesn't write, by their storages' keys. */
  Map<String, byte[]> bytes() {
    var all = new LinkedHashMap<>(carried.bytes());
    all.putAll(numbers.bytes());
    return all;
  }

  /** The weights: the file's names in order, or a dict of dicts for each chunk of its stage. */
  void weights(TargetFile file, RankChunks chunks) {
    for (int chunk = 0; chunks.chunks() > 1 && chunk < chunks.chunks(); chunk++) {
      models.add(new Dict());
    }
    for (String name : file.names()) {
      TargetTensor tensor = file.tensors().get(name);
      PickleValue value = tensor != null ? tensor(tensor) : file.objects().get(name);
      if (models.isEmpty()) {
        pickle.add(name, value);
      } else {
        var held = chunks.of(name, file.rank().pipeline());
        VirtualChunks.put(models.get(held.chunk()), held.name(), value);
      }
    }
  }

  /**
   * Lays the file out.
   *
   * @param root the zip's folder
   * @param optimizer the value in the place of the source's; {@code NONE} leaves it out
   */
  TorchLayout layOut(String root, TargetFile file, PickleValue optimizer) {
    PickleCopy copy = carried.from(template);
    Optional<PickleValue> versions = models.isEmpty() ? file.metadata() : Optional.empty();
    template.get("state_dict").ifPresent(v -> copy.replace(v, pickle.build(versions)));
    template.get(STATES).ifPresent(v -> copy.replace(v, optimizer));
    boolean keep = optimizer != Constant.NONE;
    byte[] bytes = PickleWriter.write(root(copy, keep));
    return TorchLayout.of(root, bytes, pickle.storages());
  }

  /**
   * Lays out a file that has no weights of its own.
   *
   * @param optimizer whether it says what an optimizer has besides states
   * @param fresh what says it in place of the source's file
   */
  TorchLayout layOut(String root, boolean optimizer, Optional<TrainingFile> fresh) {
    PickleCopy copy = carried.from(template);
    template.get("state_dict").ifPresent(v -> copy.replace(v, new Dict()));
    for (TrainingFile other : fresh.stream().toList()) {
      PickleValue own = carried.from(other).copy(other.get(STATES).orElseThrow());
      template.get(STATES).ifPresent(v -> copy.replace(v, own));
    }
    byte[] bytes = PickleWriter.write(root(copy, optimizer));
    return TorchLayout.of(root, bytes, pickle.storages());
  }

  private Dict root(PickleCopy copy, boolean optimizer) {
    var root = new Dict();
    for (Entry entry : template.root().entries()) {
      boolean left =
          !optimizer && OPTIMIZER.contains(entry.name()) || entry.name().matches("model[0-9]+");
      if (!left) {
        root.put(entry.key(), copy.copy(entry.value()));
      }
    }
    for (int chunk = 0; chunk < models.size(); chunk++) {
      root.put(new Text("model" + chunk), models.get(chunk));
    }
    HyperParameters.find(template).map(copy::copy).ifPresent(this::change);
    return root;
  }

  private void change(PickleValue config) {
    for (ConfigEdit change : changes) {
      HyperParameters.change(config, change.key(), value(change.to()));
    }
  }

  private static PickleValue value(String plain) {
    if (plain.matches("-?[0-9]+")) {
      return new Int(new BigInteger(plain));
    }
    return switch (plain) {
      case "null" -> Constant.NONE;
      case "true" -> Constant.TRUE;
      case "false" -> Constant.FALSE;
      default -> new Text(plain);
    };
  }

  Map<TargetTensor, String> keys() {
    return keys;
  }
}
