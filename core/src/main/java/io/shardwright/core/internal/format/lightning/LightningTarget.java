package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.core.internal.execute.Progress;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.execute.Written;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.MemberPlacement;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.nemo.TorchMembers;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.RankChunks;
import io.shardwright.core.internal.plan.TargetFile;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.internal.verify.TargetVerifier;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.Setting;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Lays out a training checkpoint for another grid. */
public final class LightningTarget implements CheckpointTarget {
  private final ModelSource source;
  private final ExecutablePlan plan;
  private final boolean optimizer;
  private final AdapterRegistry registry;
  private final Optional<NewTraining> made;
  private final Optional<TrainingFile> fresh;
  private final Map<RankCoordinate, TrainingFile> like;
  private final TorchMembers members = new TorchMembers();
  private final MemberPlacement placement;

  /**
   * Lays out the target of a plan.
   *
   * @param optimizer whether the optimizer's state is kept
   */
  LightningTarget(
      ModelSource source, ExecutablePlan plan, boolean optimizer, AdapterRegistry registry) {
    this.source = source;
    this.plan = plan;
    this.optimizer = optimizer;
    this.registry = registry;
    boolean arrays = !plan.arrays().isEmpty();
    boolean other = plan.source().files().distributed() != arrays;
    boolean known = source instanceof LightningCheckpoint && !(other && optimizer);
    made = known ? Optional.empty() : Optional.of(new NewTraining(source, plan));
    fresh = made.map(NewTraining::template);
    like =
        source instanceof LightningCheckpoint training
            ? training.files()
            : Map.of(new RankCoordinate(0, 0), fresh.orElseThrow());
    if (arrays) {
      layOutArrays();
    } else {
      layOutFiles();
    }
    placement = MemberPlacement.folder(members.sizes());
  }

  /** A rank's file in a grid. */
  public static String member(String name, String folder) {
    return folder.isEmpty() ? name : folder + "/" + name;
  }

  /** What a training is called: its folder of arrays, its files without their suffix. */
  static String step(ModelSource source) {
    return source instanceof LightningCheckpoint training
        ? training.stepName()
        : NewTraining.name(source);
  }

  private String root() {
    return Steps.stem(step(source));
  }

  private void refuseExperts() {
    if (plan.choice().grid().expert() > 1) {
      String problem =
          "rank files of a training can't divide experts among ranks. Choose "
              + Setting.LAYOUT.inText("distributed")
              + ", or convert the model with "
              + Setting.FORMAT.inText("nemo")
              + ".";
      throw new PlanRejectedException(
          ErrorCode.PLAN_IMPOSSIBLE, plan.source().source(), List.of(problem));
    }
  }

  private void layOutFiles() {
    refuseExperts();
    Optional<TargetOptimizer> optimizers = optimizer ? Optional.of(optimizers()) : Optional.empty();
    var chunks = RankChunks.of(plan);
    for (TargetFile file : plan.files()) {
      RankCoordinate template = template(file.rank());
      var pickle = new TrainingPickle(like.get(template), plan.changes());
      pickle.weights(file, chunks);
      PickleValue state = optimizers.map(o -> o.of(file, template, pickle)).orElse(Constant.NONE);
      TorchLayout layout = pickle.layOut(root(), file, state);
      members.add(file.member(), layout, pickle.keys(), pickle.bytes());
    }
  }

  private TargetOptimizer optimizers() {
    return made.map(training -> new TargetOptimizer(training, fresh.orElseThrow(), plan))
        .orElseGet(() -> new TargetOptimizer((LightningCheckpoint) source, plan));
  }

  /** The source rank whose place in the grid is nearest. */
  private RankCoordinate template(RankCoordinate rank) {
    if (like.size() == 1) {
      return like.keySet().iterator().next();
    }
    var to = plan.choice().grid();
    return new RankCoordinate(
        (int) ((long) rank.tensor() * source.grid().tensor() / to.tensor()),
        (int) ((long) rank.pipeline() * source.grid().pipeline() / to.pipeline()));
  }

  private void layOutArrays() {
    var first = like.values().iterator().next();
    var pickle = new TrainingPickle(first, plan.changes());
    byte[] common = pickle.layOut("common", optimizer, fresh).bytes(pickle.bytes());
    members.addArrays(plan, step(source) + "/", common);
  }

  @Override
  public List<String> notes() {
    return made.map(NewTraining::notes).orElse(List.of());
  }

  @Override
  public List<OutputFile> files() {
    return placement.files();
  }

  @Override
  public Place place(TargetTensor tensor) {
    return members.place(placement, tensor);
  }

  @Override
  public List<Piece> structure(Map<TargetTensor, Long> crcs) {
    return members.structure(placement, crcs);
  }

  @Override
  public long verifiedBytes() {
    return plan.tensorBytes();
  }

  @Override
  public void verify(Path staged, Written written, Progress progress, Workers workers) {
    var verifier = new TargetVerifier(staged.getFileName().toString(), progress, workers);
    var options =
        new LightningOptions(
            Optional.of(step(source)), OptionalLong.empty(), Optional.empty(), optimizer);
    try (var target = LightningCheckpoint.open(staged, options, registry, source.guard().anew())) {
      verifier.requireEqual(RankChunks.of(plan).local(target.sourceFiles()), plan, written);
      verifier.readAll();
      target.requireIntact();
    }
  }
}
