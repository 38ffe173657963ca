package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.TreePickle;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.yaml.YamlTree;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.spi.Naming;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.TrainingState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * A training of Megatron's in the words of NeMo's: what Lightning puts around weights and states
 * (pytorch_lightning 2.0.9, {@code trainer/connectors/checkpoint_connector.py}), with the optimizer
 * that NeMo v1.23.0 builds for such a model ({@code nemo/collections/nlp/models/nlp_model.py}).
 */
final class NewTraining {
  private static final String LIGHTNING = "2.0.9";
  static final List<String> ADAM = List.of("exp_avg", "exp_avg_sq");

  private final ModelSource source;
  private final TrainingState training;
  private final NemoGroups groups;
  private final StepSchedule schedule;
  private final Naming naming;
  private final boolean masters;
  private final boolean arrays;
  private final List<String> notes = new ArrayList<>();

  /**
   * The training of a source.
   *
   * @throws UnsupportedCheckpointException if NeMo has no such optimizer
   */
  NewTraining(ModelSource source, ExecutablePlan plan) {
    this.source = source;
    this.training =
        source
            .training()
            .orElseThrow(
                () ->
                    ParameterGroups.unwritten(
                        source.name(), "its parameter groups are missing (param_groups)"));
    this.groups = new NemoGroups(source.name(), training, source.config());
    this.schedule = new StepSchedule(training);
    this.naming = plan.choice().naming();
    this.arrays = !plan.arrays().isEmpty();
    var kinds = new TreeSet<String>();
    plan.source().tensors().forEach(tensor -> kinds.add(Companions.kind(tensor.id())));
    kinds.remove("");
    this.masters = kinds.remove(Companions.MASTER);
    if (!List.copyOf(kinds).equals(ADAM)) {
      throw ParameterGroups.unwritten(
          source.name(), "it keeps " + String.join(", ", kinds) + ", expected Adam's averages");
    }
  }

  /**
   * What the files of a training are called: NeMo takes the samples that it goes on with from it.
   *
   * @throws UnsupportedCheckpointException if nothing says how far the training is
   */
  static String name(ModelSource source) {
    var training = source.training().orElseThrow();
    long step = step(source, training);
    OptionalLong samples = training.consumedSamples();
    String seen = samples.isPresent() ? "-consumed_samples=" + samples.getAsLong() + ".0" : "";
    return String.join("--", "megatron_gpt", "step=" + step + seen);
  }

  private static long step(ModelSource source, TrainingState training) {
    return training
        .iteration()
        .orElseThrow(
            () ->
                new UnsupportedCheckpointException(
                    ErrorCode.UNSUPPORTED,
                    source.name(),
                    "can't become a training of NeMo: the number of iterations (iteration) is"
                        + " missing"));
  }

  /** The file of a rank without its weights and states, whichever rank it is. */
  TrainingFile template() {
    long step = step(source, training);
    var trees = new TreePickle(source.name());
    var root = new Dict();
    root.put(new Text("epoch"), trees.of(Num.of(0)));
    root.put(new Text("global_step"), trees.of(Num.of(step)));
    root.put(new Text("pytorch-lightning_version"), new Text(LIGHTNING));
    root.put(new Text("state_dict"), new Dict());
    root.put(new Text("loops"), trees.of(LoopProgress.after(step)));
    root.put(new Text("callbacks"), new Dict());
    root.put(new Text("optimizer_states"), trees.of(new Arr(List.of(optimizer()))));
    root.put(new Text("lr_schedulers"), trees.of(schedule.list(groups.decayed())));
    scaler().ifPresent(kept -> root.put(new Text("MegatronHalfPrecisionPlugin"), trees.of(kept)));
    root.put(new Text("hparams_name"), new Text("kwargs"));
    var config = new OmegaConfig(source.name()).of(config());
    root.put(new Text("hyper_parameters"), new Dict().put(new Text("cfg"), config));
    byte[] bytes = ExtraState.file("archive", root);
    var file = TorchFile.open(new MemorySource(bytes, source.name()), source.guard());
    return new TrainingFile(source.name(), file, source.guard());
  }

  /** Lists that a distributed checkpoint's reader finds in its model must not be in its own. */
  private Obj optimizer() {
    Obj plain = Obj.empty();
    if (!arrays) {
      plain.put("state", Obj.empty());
    }
    plain.put("param_groups", new Arr(List.copyOf(groups.written(schedule, !arrays))));
    if (!masters) {
      return plain;
    }
    Obj whole = Obj.empty().put("optimizer", plain);
    return arrays ? whole : whole.put(OptimizerState.MASTERS, new Arr(List.of()));
  }

  /** What each parameter of PyTorch's own Adam counts; nothing where a group does. */
  Optional<JsonValue> steps() {
    return arrays ? Optional.empty() : groups.steps();
  }

  /** NeMo v1.23.0, {@code nemo/collections/nlp/parts/nlp_overrides.py}, GradScaler. */
  private Optional<Obj> scaler() {
    if (!(training.parts().get(TrainingState.SCALER).orElse(null) instanceof Obj kept)) {
      return Optional.empty();
    }
    var scale = kept.get("scale").flatMap(NemoSchedule::number);
    Obj scaler =
        Obj.empty()
            .put("scale", NemoSchedule.of(scale.orElse(1.0)))
            .put("growth_factor", new Num("2.0"))
            .put("backoff_factor", new Num("0.5"))
            .put(
                "growth_interval",
                new Num(training.settings().getOrDefault(TrainingState.WINDOW, "1000")));
    for (String key : List.of("growth_tracker", "hysteresis_tracker")) {
      scaler.put("_" + key, kept.get(key).orElse(Num.of(0)));
    }
    return scale.map(known -> scaler);
  }

  private Obj config() {
    Obj config = YamlTree.of(source.config(), source.guard());
    config.put("megatron_amp_O2", new Bool(masters));
    schedule.samples().ifPresent(size -> config.put(TrainingState.BATCH, Num.of(size)));
    Obj optim = groups.optim();
    optim.put("lr", schedule.highest(groups.decayed()));
    schedule.sched().ifPresent(said -> optim.put("sched", said));
    config.put("optim", optim);
    unlink(config);
    return config;
  }

  /** Files that lie beside a model in an archive have no place beside a training's. */
  private void unlink(Obj config) {
    for (String key : source.config().leaves().keySet()) {
      if (source.config().text(key).filter(link -> link.startsWith("nemo:")).isPresent()) {
        config.putAt(key, Null.NULL);
        notes.add("the file of " + key + " is left out: NeMo's job is to name it");
      }
    }
  }

  /** What a user should know who goes on with the training. */
  List<String> notes() {
    var all = new ArrayList<>(notes);
    all.add(
        "NeMo continues with optim.name="
            + groups.optim().get("name").flatMap(JsonValue::asText).orElseThrow()
            + ", megatron_amp_O2="
            + masters
            + ": its job's settings for dropout, data and callbacks are unknown, and random states"
            + " are left out");
    if (naming == Naming.MCORE && !(source instanceof LightningCheckpoint)) {
      all.add("NeMo decays the norms of such layers, as Megatron-LM does not");
    }
    if (training.consumedSamples().isEmpty()) {
      all.add(
          "the number of samples (consumed_train_samples) is missing: NeMo starts its data from the"
              + " beginning, unless the name contains consumed_samples=N.0");
    }
    all.addAll(schedule.notes());
    return all;
  }
}
