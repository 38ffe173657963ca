package io.shardwright.engine;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.dcp.DcpFile;
import io.shardwright.core.internal.codec.dcp.DcpMetadata;
import io.shardwright.core.internal.codec.pickle.PickleTree;
import io.shardwright.core.internal.codec.torch.TorchTree;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Random states of Adam beside the weights of a folder of {@code torch_dist}: keys and common state
 * by Megatron-Core's own code, stated here a second time.
 */
final class TinyTraining {
  /** The forms that Megatron-Core writes them in. */
  enum Form {
    FULLY_RESHARDABLE("fully_reshardable", "", "param"),
    NON_DISTRIBUTED("", "", "fp32_param"),
    CHAINED("", "chained_0.", "fp32_param"),
    MODEL_SPACE("fully_sharded_model_space", "", "fp32_param");

    private final String kind;
    private final String before;
    private final String master;

    Form(String kind, String before, String master) {
      this.kind = kind;
      this.before = before;
      this.master = master;
    }
  }

  static final String STATE = "common_state/shard_0_1";

  private final Path folder;
  private final Form form;
  private final Random random;
  private final Predicate<String> keys;
  private final Consumer<Obj> more;
  private int shift;

  private TinyTraining(
      Path folder, Form form, Random random, Predicate<String> keys, Consumer<Obj> more) {
    this.more = more;
    this.folder = folder;
    this.form = form;
    this.random = random;
    this.keys = keys;
  }

  /** Adds them to a folder of one file. */
  static Path in(Path folder, Form form, Random random) {
    return in(folder, form, random, key -> true);
  }

  /** Adds those of some keys. */
  static Path in(Path folder, Form form, Random random, Predicate<String> keys) {
    return in(folder, form, random, keys, common -> {});
  }

  /** The same with more in the common state. */
  static Path in(
      Path folder, Form form, Random random, Predicate<String> keys, Consumer<Obj> more) {
    return new TinyTraining(folder, form, random, keys, more).written();
  }

  /** The same where all but the output layer's state begins some elements too far. */
  static Path shifted(Path folder, Random random, int elements) {
    var form = Form.FULLY_RESHARDABLE;
    var training = new TinyTraining(folder, form, random, key -> true, common -> {});
    training.shift = elements;
    return training.written();
  }

  /** The states of a training that has them, in another form in another folder. */
  static Path again(RandomTraining of, Path folder, Form form, Random random) throws IOException {
    Obj common = common(of.home());
    var training = new TinyTraining(folder, form, random, key -> true, more -> {});
    common.put("optimizer", training.optimizer());
    var items = new MegatronItems();
    items.object(STATE, TorchTree.file("archive", new Arr(List.of(common)), STATE));
    of.whole()
        .each(
            (key, own, kind, bytes) -> {
              if (kind.equals(WholeTraining.WEIGHT)) {
                items.add(key, own.dtype(), own.shape(), bytes);
              } else {
                String state = kind.equals("param") ? form.master : kind;
                String name = form.before + "optimizer.state." + state + "." + key;
                items.addFlat(name, own.shape(), bytes, random);
              }
            });
    Files.createDirectories(folder);
    Files.copy(of.home().resolve("metadata.json"), folder.resolve("metadata.json"));
    items.write(folder);
    return folder;
  }

  private Path written() {
    try {
      write();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return folder;
  }

  private void write() throws IOException {
    Path whole = folder.resolveSibling(folder.getFileName() + "-whole");
    Order.of(folder, whole).to(TargetFormat.SAFETENSORS).done();
    var items = new MegatronItems();
    Obj common = common(folder);
    common.put("optimizer", optimizer()).put("iteration", Num.of(7));
    more.accept(common);
    items.object(STATE, TorchTree.file("archive", new Arr(List.of(common)), STATE));
    for (Path file : files(whole)) {
      var held = HeldTensors.of(file);
      for (String name : held.names()) {
        var spec = held.spec(name);
        items.add(name, spec.dtype(), spec.shape(), held.bytes(name));
        if (!name.endsWith("expert_bias")) {
          states(items, spec, held.bytes(name));
        }
      }
    }
    items.write(folder);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
    }
  }

  private void states(MegatronItems items, TensorSpec weight, byte[] values) {
    String name = weight.name();
    Shape shape = weight.shape();
    for (String kind : List.of("exp_avg", "exp_avg_sq", form.master)) {
      byte[] bytes = new byte[(int) shape.elements() * Float.BYTES];
      random.nextBytes(bytes);
      if (kind.equals(form.master)) {
        masters(weight.dtype(), ByteBuffer.wrap(values), ByteBuffer.wrap(bytes));
      }
      byte[] stored = bytes.clone();
      int too = name.startsWith("output_layer") ? 0 : shift;
      int from = Math.min(stored.length, too * Float.BYTES);
      System.arraycopy(stored, from, bytes, 0, stored.length - from);
      String key = form.before + "optimizer.state." + kind + "." + name;
      if (!keys.test(key)) {
        continue;
      }
      if (form == Form.MODEL_SPACE) {
        items.addFlat(key, shape, bytes, random);
      } else {
        items.add(key, DType.FLOAT32, shape, bytes);
      }
    }
  }

  /** Values that are the weights when they are rounded. */
  private static void masters(DType type, ByteBuffer weights, ByteBuffer random) {
    weights.order(ByteOrder.LITTLE_ENDIAN);
    random.order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < random.limit(); at += Float.BYTES) {
      if (type == DType.BFLOAT16) {
        int beyond = random.getInt(at) & 0x7fff;
        random.putInt(at, weights.getShort() << 16 | beyond);
      } else if (type == DType.FLOAT32) {
        random.putInt(at, weights.getInt());
      }
    }
  }

  /** The common state of a folder. */
  static Obj common(Path folder) {
    Path file = folder.resolve(DcpMetadata.FILE);
    try (var metadata = new FileSource(file, file.toString())) {
      var item = DcpMetadata.read(metadata, Guard.standard()).objects().get(STATE);
      if (item == null) {
        return Obj.empty();
      }
      try (var items = new FileSource(folder.resolve(item.file()), item.file())) {
        var torch = new DcpFile(items, Guard.standard()).object(STATE, item);
        JsonValue list = new PickleTree(Guard.standard(), STATE).of(torch.document().root());
        return ((Obj) ((Arr) list).items().get(0)).copy();
      }
    }
  }

  /** The groups of the parameters. */
  static Arr groups(boolean experts) {
    return new Arr(
        Stream.of("1.0", "0.0")
            .<JsonValue>map(decay -> group(decay).put("is_expert_parallel", new Bool(experts)))
            .toList());
  }

  private Obj optimizer() {
    Arr groups = groups(false);
    Obj own = Obj.empty().put("param_groups", groups);
    Obj whole = Obj.empty().put("optimizer", own);
    if (form.kind.isEmpty()) {
      own.put("state", Obj.empty().put("common_step", Num.of(7)));
      return whole;
    }
    return whole.put("param_state_sharding_type", new Str(form.kind));
  }

  private static Obj group(String decay) {
    return Obj.empty()
        .put("lr", new Num("0.001"))
        .put("betas", new Arr(List.of(new Num("0.9"), new Num("0.95"))))
        .put("eps", new Num("1e-08"))
        .put("weight_decay", new Num("0.01"))
        .put("step", Num.of(7))
        .put("wd_mult", new Num(decay))
        .put("lr_mult", new Num("1.0"))
        .put("is_decoupled_lr", new Bool(false));
  }
}
