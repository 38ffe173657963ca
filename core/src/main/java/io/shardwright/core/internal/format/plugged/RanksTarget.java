package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.pickle.TreePickle;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.core.internal.codec.torch.TorchTree;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.ModuleState;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.execute.Progress;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.execute.Written;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.MemberPlacement;
import io.shardwright.core.internal.format.OpenedFiles;
import io.shardwright.core.internal.format.nemo.TorchMembers;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.RankChunks;
import io.shardwright.core.internal.plan.TargetFile;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.core.internal.verify.TargetVerifier;
import io.shardwright.spi.format.RankLayout.Contents;
import io.shardwright.spi.format.RankParameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Lays out a torch file for each rank, and documents beside them. */
final class RanksTarget implements CheckpointTarget {
  private static final Global ORDERED_DICT = new Global("collections", "OrderedDict");

  private final RanksKind kind;
  private final PlannedGrid model;
  private final ExecutablePlan plan;
  private final Contents made;
  private final Guard guard;
  private final RankChunks chunks;
  private final TorchMembers members = new TorchMembers();
  private final Map<String, Long> sizes = new LinkedHashMap<>();
  private final MemberPlacement placement;

  RanksTarget(RanksKind kind, PlannedGrid model, Contents made, Guard guard) {
    this.kind = kind;
    this.model = model;
    this.plan = model.plan;
    this.made = made;
    this.guard = guard;
    this.chunks = RankChunks.of(plan);
    plan.files().forEach(this::layOut);
    sizes.putAll(members.sizes());
    made.files().forEach(this::place);
    placement = placed(MemberPlacement.folder(sizes));
  }

  /** The plan names files within their folder. */
  private MemberPlacement placed(MemberPlacement members) {
    return new MemberPlacement(
        members.files().stream()
            .map(file -> new OutputFile(path(file.path()), file.size()))
            .toList(),
        members.starts(),
        members.structure());
  }

  private String path(String name) {
    return made.files().containsKey(name) ? name : made.folder() + name;
  }

  private void place(String path, byte[] bytes) {
    if (sizes.put(path, (long) bytes.length) != null) {
      throw kind.format().plugin().broken("gives a document the name of '" + path + "'");
    }
  }

  private void layOut(TargetFile file) {
    var pickle = new StateDictPickle();
    var keys = new LinkedHashMap<TargetTensor, String>();
    var models = new ArrayList<Map<String, PickleValue>>();
    for (int chunk = 0; chunk < chunks.chunks(); chunk++) {
      models.add(new LinkedHashMap<>());
    }
    for (String name : names(file)) {
      var held = chunks.of(name, file.rank().pipeline());
      var own = models.get(held.chunk());
      TargetTensor tensor = file.tensors().get(name);
      if (tensor == null) {
        // a module's state before anything was measured
        kind.others(held.name()).forEach(other -> own.put(spelt(other), Constant.NONE));
        own.put(spelt(held.name()), Constant.NONE);
      } else {
        own.put(spelt(held.name()), tensor(tensor, keys, pickle));
      }
    }
    var numbers = new TorchTree(pickle);
    Dict root = root(file, models);
    state(file, keys, pickle, numbers).forEach((key, value) -> root.put(new Text(key), value));
    byte[] bytes = PickleWriter.write(root);
    String stem = file.member().substring(file.member().lastIndexOf('/') + 1);
    var layout = TorchLayout.of(stem.replaceFirst("\\.[^.]*$", ""), bytes, pickle.storages());
    members.add(file.member(), layout, keys, numbers.bytes());
  }

  /**
   * Those of the models, in the order in which their modules register them. A module of several
   * experts, whose parameters the format calls otherwise, has a row of each before the next row.
   */
  private List<String> names(TargetFile file) {
    var ordered = new ArrayList<String>();
    var experts = new LinkedHashMap<String, List<String>>();
    for (String name : file.names()) {
      String own = chunks.of(name, file.rank().pipeline()).name();
      String spelt = spelt(own);
      if (spelt.equals(own)) {
        experts.values().forEach(ordered::addAll);
        experts.clear();
        ordered.add(name);
      } else {
        String row = spelt.replaceFirst("[0-9]+$", "");
        experts.computeIfAbsent(row, r -> new ArrayList<>()).add(name);
      }
    }
    experts.values().forEach(ordered::addAll);
    return ordered;
  }

  /** What stands behind the models. */
  private Map<String, PickleValue> state(
      TargetFile file, Map<TargetTensor, String> keys, StateDictPickle pickle, TorchTree numbers) {
    if (model.companions().isEmpty()) {
      return Map.of();
    }
    int stage = file.rank().pipeline();
    var parameters =
        names(file).stream()
            .filter(name -> file.tensors().containsKey(name) && !ModuleState.isName(name))
            .sorted(Comparator.comparingInt(name -> chunks.of(name, stage).chunk()))
            .map(name -> parameter(file, name))
            .toList();
    var values =
        new TreePickle(
            file.member(),
            object ->
                RankParameter.named(object)
                    .map(name -> tensor(file.tensors().get(name), keys, pickle))
                    .or(() -> numbers.tensor(object)));
    var state = new LinkedHashMap<String, PickleValue>();
    kind.state(model, parameters).forEach((key, value) -> state.put(key, values.of(value)));
    file.tensors().values().stream()
        .filter(tensor -> !keys.containsKey(tensor))
        .findFirst()
        .ifPresent(
            tensor -> {
              throw kind.format().plugin().broken("leaves out '" + tensor.spec().name() + "'");
            });
    return state;
  }

  private RankParameter parameter(TargetFile file, String name) {
    var kinds =
        model.companions().stream()
            .filter(kept -> file.tensors().containsKey(Companions.name(kept, name)))
            .collect(Collectors.toSet());
    return new RankParameter(file.tensors().get(name).spec(), kinds);
  }

  private static PickleValue tensor(
      TargetTensor tensor, Map<TargetTensor, String> keys, StateDictPickle pickle) {
    var stored = pickle.tensor(tensor.spec());
    keys.put(tensor, stored.key());
    return stored.value();
  }

  private String spelt(String name) {
    return kind.format().plugin().asking("asked for a name", () -> made.names().apply(name));
  }

  private Dict root(TargetFile file, List<Map<String, PickleValue>> models) {
    var root = new Dict();
    var values = new TreePickle(file.member());
    made.around().forEach((key, value) -> root.put(new Text(key), values.of(value)));
    for (int chunk = 0; chunk < models.size(); chunk++) {
      Call state = Call.reduce(ORDERED_DICT);
      models
          .get(chunk)
          .forEach((name, value) -> state.entries().add(new Entry(new Text(name), value)));
      root.put(new Text(kind.key(chunk, models.size())), state);
    }
    return root;
  }

  /** The paths of all files. */
  Set<String> names() {
    return placement.files().stream().map(OutputFile::path).collect(Collectors.toSet());
  }

  @Override
  public List<String> notes() {
    return List.copyOf(made.notes());
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
    var pieces = new ArrayList<>(members.structure(placement, crcs));
    made.files().forEach((path, bytes) -> pieces.add(new Piece(placement.within(path, 0), bytes)));
    return pieces;
  }

  @Override
  public long verifiedBytes() {
    return plan.tensorBytes()
        + made.files().values().stream().mapToLong(bytes -> bytes.length).sum();
  }

  /** The format reads what was written. */
  @Override
  public void verify(Path staged, Written written, Progress progress, Workers workers) {
    var verifier = new TargetVerifier(staged.getFileName().toString(), progress, workers);
    try (var read = kind.format().reopen(staged, guard.anew());
        var opened = new OpenedFiles(staged)) {
      var found = new LinkedHashMap<String, RankFile>();
      read.sourceFiles().ranks().forEach(rank -> found.put(rank.member(), rank));
      verifier.requireFiles(
          found.keySet(), plan.files().stream().map(file -> path(file.member())).toList());
      plan.files()
          .forEach(
              file ->
                  verifier.requireTensors(
                      chunks.local(found.get(path(file.member())).tensors()),
                      file.tensors(),
                      written));
      made.files().forEach((path, bytes) -> verifier.requireMember(path, opened.open(path), bytes));
      verifier.readAll();
      read.requireIntact();
    }
  }
}
