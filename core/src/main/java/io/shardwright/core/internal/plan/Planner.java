package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.LowRankChange;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ModuleState.Content;
import io.shardwright.core.internal.plan.PlanStep.Fill;
import io.shardwright.core.outline.ConfigEdit;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.Traits.Flag;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Plans a change of parallelism, naming, layout or element type. */
public final class Planner {
  /** What is to be written, before it is known to be possible. */
  private record Draft(TargetRows rows, List<Work> works) {
    List<Emission> emissions() {
      return works.stream().flatMap(work -> work.emissions().stream()).toList();
    }
  }

  private final ModelDescription model;
  private final TargetChoice choice;
  private final List<ConfigEdit> additions;
  private final TargetNames names;
  private final List<ConfigEdit> changes;
  private final ModelConfig config;
  private final Vocabulary vocabulary;
  private final LowRankChange change;
  private final List<String> problems = new ArrayList<>();

  private Planner(
      ModelDescription model,
      TargetChoice choice,
      List<ConfigEdit> additions,
      VocabularySize vocabularySize,
      TargetNames names,
      LowRankChange change) {
    this.model = model;
    this.choice = choice;
    this.additions = additions;
    this.names = names;
    this.changes = new ArrayList<>(ConfigChanges.of(model, choice));
    this.changes.addAll(additions);
    this.config = new ChangedConfig(model.config(), changes);
    this.vocabulary =
        new Vocabulary(model.source(), model.config(), vocabularySize, model.files().distributed());
    this.change = change;
    this.problems.addAll(change.problems());
  }

  /**
   * Plans, or refuses with all reasons.
   *
   * @param additions configuration keys that the target's format needs
   * @param vocabularySize the true vocabulary size, where it is known
   * @param names of the target's files
   * @throws io.shardwright.spi.error.PlanRejectedException if it can't be done
   */
  public static ExecutablePlan plan(
      ModelDescription model,
      TargetChoice choice,
      List<ConfigEdit> additions,
      VocabularySize vocabularySize,
      TargetNames names) {
    return plan(model, choice, additions, vocabularySize, names, LowRankChange.NONE);
  }

  /**
   * The same with products added to weights.
   *
   * @param change by which the model's weights change
   */
  public static ExecutablePlan plan(
      ModelDescription model,
      TargetChoice choice,
      List<ConfigEdit> additions,
      VocabularySize vocabularySize,
      TargetNames names,
      LowRankChange change) {
    var plan = new Planner(model, choice, additions, vocabularySize, names, change).plan();
    PlanProof.check(plan, change);
    return plan;
  }

  private ExecutablePlan plan() {
    var draft = draft();
    Feasibility.require(
        model, choice, draft.rows().stages(choice), draft.emissions(), problems, this::possible);
    var rows = draft.rows();
    var works = draft.works();
    if (choice.naming() == Naming.HUGGING_FACE) {
      return shards(works, rows);
    }
    return choice.layout() == WeightLayout.RANKS ? ranks(works, rows) : arrays(works, rows);
  }

  private Draft draft() {
    var rows = new TargetRows(model, config, new LegalNaming(model, choice).of(problems), choice);
    var works = model.tensors().stream().map(tensor -> work(tensor, rows)).toList();
    if (choice.naming() != model.naming()) {
      rows.missing()
          .forEach(
              name ->
                  problems.add("the source lacks '" + name + "', which the target's naming needs"));
    }
    works.forEach(
        work ->
            problems.addAll(
                Merging.problems(work.tensor(), work.shape(), work.emissions(), change)));
    problems.addAll(StackedTypes.problems(works, choice, rows.stages(choice)));
    leftOut(works).forEach(tensor -> Determined.problem(tensor).ifPresent(problems::add));
    return new Draft(rows, works);
  }

  /** Whether all else as asked can be done in another grid. */
  private boolean possible(Grid grid) {
    var other = new Planner(model, choice.at(grid), additions, vocabulary.size(), names, change);
    var draft = other.draft();
    var stages = draft.rows().stages(other.choice);
    return other.problems.isEmpty()
        && Feasibility.possible(model, other.choice, stages, draft.emissions());
  }

  private Work work(LogicalTensor tensor, TargetRows rows) {
    Shape shape = shape(tensor);
    var emissions = new ArrayList<Emission>();
    for (ParameterRule row : rows.once(tensor, choice)) {
      var fit = rows.fit(row, tensor, shape);
      String prefix = Emission.prefix(model, tensor, choice);
      var emission = new Emission(prefix, row, tensor.indexes(), fit.form(), dtype(tensor, row));
      emissions.add(emission);
      fit.misfit().ifPresent(why -> problems.add("'" + emission.name() + "' " + why));
    }
    var work = new Work(tensor, shape, emissions);
    if (emissions.isEmpty() && isNeeded(tensor)) {
      problems.add("'" + tensor.id() + "' can't be stored in the target");
    }
    if (!work.isWhole()) {
      problems.add("the rows of '" + tensor.id() + "' in the target's naming omit a part of it");
    }
    return work;
  }

  /** Whether a tensor that the family describes says something that its configuration does not. */
  private boolean isNeeded(LogicalTensor tensor) {
    return model.table().rules().contains(tensor.rule())
        && !Determined.is(tensor.rule())
        && !tensor.rule().traits().mayBeAbsent();
  }

  private DType dtype(LogicalTensor tensor, ParameterRule row) {
    DType found = tensor.spec().dtype();
    if (found.isFloating() && row.traits().has(Flag.FLOAT32)) {
      boolean moved = choice.dtype().isEmpty() && tensor.rule().equals(row);
      return moved ? found : DType.FLOAT32;
    }
    boolean kept = row.stage() == ParameterRule.Stage.EVERY || Companions.isCompanion(tensor.id());
    return choice.dtype().filter(wanted -> found.isFloating() && !kept).orElse(found);
  }

  /** The whole tensor as the target counts it: vocabulary rows are padded for its ranks. */
  private Shape shape(LogicalTensor tensor) {
    Shape shape = tensor.canonical();
    if (!tensor.rule().traits().vocabPadded()) {
      return shape;
    }
    try {
      return shape.with(0, rows(shape.dim(0)));
    } catch (PlanRejectedException unknown) {
      problems.addAll(unknown.problems(Remedy::inText));
      return shape;
    }
  }

  private long rows(long present) {
    if (choice.naming() == Naming.HUGGING_FACE) {
      return vocabulary.trueRows(present);
    }
    long rows = vocabulary.rows(present, model.grid().tensor(), choice.grid().tensor());
    vocabulary.changes(rows).stream().filter(edit -> !changes.contains(edit)).forEach(changes::add);
    return rows;
  }

  private ExecutablePlan ranks(List<Work> works, TargetRows rows) {
    var experts = new ExpertBlocks(rows.table(), model.config(), choice.grid().expert());
    var homes = new StageAssignment(rows.stages(choice), experts);
    var targets = new RankPlacement(model, choice, homes, names::member);
    var steps = steps(works, rows, targets);
    boolean carried = choice.naming() == model.naming() && choice.prefix().isEmpty();
    var states =
        new StageStates(model, rows.table(), targets.stages(), carried, emissions(works, rows));
    var files = targets.files(states);
    steps.addAll(targets.stateSteps());
    return new ExecutablePlan(
        model, choice, changes, files, List.of(), List.of(), leftOut(works), steps, trueRows());
  }

  private ExecutablePlan shards(List<Work> works, TargetRows rows) {
    var emissions =
        emissions(works, rows).stream()
            .sorted(new RegistrationOrder(rows.table(), model.family().stacks()))
            .toList();
    var targets = new ShardPlacement(names.shards(ShardPlacement.specs(emissions)));
    var steps = steps(works, rows, targets);
    return new ExecutablePlan(
        model, choice, changes, targets.files(), List.of(), List.of(), leftOut(works), steps);
  }

  private ExecutablePlan arrays(List<Work> works, TargetRows rows) {
    var stages = rows.stages(choice);
    var experts = new ExpertBlocks(rows.table(), model.config(), choice.grid().expert());
    var owners = new Owners(choice.grid(), stages, experts);
    var arrays = new ArrayPlacement(names.folder(), choice, stages, owners);
    var targets = FlatPlacement.beside(arrays, names.folder(), model, choice, config, works);
    var steps = steps(works, rows, targets);
    steps.addAll(targets.gaps());
    var objects = new ArrayObjects(names.folder(), stages, config, owners, carried());
    var states = objects.of(emissions(works, rows));
    steps.addAll(objects.steps());
    return new ExecutablePlan(
        model,
        choice,
        changes,
        List.of(),
        targets.arrays(),
        states,
        leftOut(works),
        steps,
        trueRows());
  }

  private OptionalLong trueRows() {
    return model.tensors().stream()
        .filter(tensor -> tensor.rule().traits().vocabPadded())
        .findFirst()
        .map(words -> vocabulary.known(words.canonical().dim(0), model.grid().tensor()))
        .orElse(OptionalLong.empty());
  }

  /** The states of modules that the target keeps. */
  private Map<String, Content> carried() {
    boolean kept = choice.naming() == model.naming() && !choice.items();
    return kept ? ModuleStates.ofFirstRank(model) : Map.of();
  }

  private List<Emission> emissions(List<Work> works, TargetRows rows) {
    var all = new ArrayList<>(works.stream().flatMap(work -> work.emissions().stream()).toList());
    rows.determined().forEach(row -> all.add(determined(row, rows)));
    return all;
  }

  private static List<LogicalTensor> leftOut(List<Work> works) {
    return works.stream().filter(w -> w.emissions().isEmpty()).map(Work::tensor).toList();
  }

  private List<PlanStep> steps(List<Work> works, TargetRows rows, Placement targets) {
    var steps = new ArrayList<PlanStep>();
    var stacks = new ExpertStacks();
    for (Work work : works) {
      if (ExpertStacks.has(work.emissions())) {
        stacks.add(work.tensor(), work.copy(targets, false));
      } else if (!work.emissions().isEmpty()) {
        steps.add(Merging.step(work, targets, change));
      }
    }
    steps.addAll(stacks.steps());
    for (ParameterRule row : rows.determined()) {
      var made = made(row);
      steps.add(new Fill(made.spec(), made.values(), targets.add(determined(row, rows))));
    }
    return steps;
  }

  private Emission determined(ParameterRule row, TargetRows rows) {
    var spec = made(row).spec();
    String prefix =
        model.tensors().isEmpty() ? "" : Emission.prefix(model, model.tensors().get(0), choice);
    var form = rows.form(row, row.canonical(), spec.shape());
    return new Emission(prefix, row, List.of(), form, spec.dtype());
  }

  private Determined made(ParameterRule row) {
    return Determined.of(row, config, choice.dtype().orElse(model.tensors().get(0).spec().dtype()));
  }
}
