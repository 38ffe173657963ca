package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ModuleState.Content;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.StageLayers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the state dicts of rank files whose source are rank files: entries are carried over, with
 * layers renumbered.
 */
final class CarriedState implements StageStates.StageState {
  private final List<RankFile> sources;
  private final StageLayers before;
  private final StageLayers after;
  private final int stage;
  private final boolean numbered;
  private final Set<String> ending;

  /**
   * For one stage.
   *
   * @param rank of tensor parallelism whose states it gets
   * @param ending modules without a layer whose parameters stand in the last stage
   */
  CarriedState(
      ModelDescription model, StageAssignment assignment, int rank, int stage, Set<String> ending) {
    int ranks = model.grid().tensor();
    this.before = model.stages();
    this.after = assignment.layers();
    this.stage = stage;
    this.numbered = model.files().numbered();
    this.ending = ending;
    this.sources =
        model.files().ranks().stream().filter(file -> file.rank().tensor() == rank).toList();
    if (sources.size() * ranks != model.files().ranks().size()) {
      throw new IllegalStateException("a grid with holes was described");
    }
  }

  private boolean unchanged() {
    return !numbered && before.sameAs(after);
  }

  private String number(String name, int from) {
    return numbered ? name : before.global(name, from);
  }

  /** The name that something of a source stage has in this stage; empty where it is elsewhere. */
  private Optional<String> here(String name, int from) {
    if (unchanged()) {
      return from == stage ? Optional.of(name) : Optional.empty();
    }
    String global = number(name, from);
    if (after.layered(global)) {
      return after.stage(global) == stage
          ? Optional.of(after.local(global))
          : Optional.empty();
    }
    boolean ends =
        from == before.stages() - 1 && from > 0
            || ending.contains(ArrayObjects.module(name))
            || name.contains("output_layer");
    int home = ends ? after.stages() - 1 : 0;
    return home == stage ? Optional.of(name) : Optional.empty();
  }

  @Override
  public Map<String, Content> contents() {
    var contents = new LinkedHashMap<String, Content>();
    for (RankFile source : sources) {
      source
          .states()
          .forEach(
              (name, content) ->
                  here(name, source.rank().pipeline())
                      .ifPresent(n -> contents.putIfAbsent(n, content)));
    }
    return contents;
  }

  /** In the order of the source's files; names that are new come last. */
  @Override
  public List<String> names(Set<String> parameters) {
    Set<String> states = contents().keySet();
    Set<String> names = new LinkedHashSet<>();
    for (RankFile source : sources) {
      for (String name : source.names()) {
        here(name, source.rank().pipeline())
            .filter(n -> states.contains(n) || parameters.contains(n))
            .ifPresent(names::add);
      }
    }
    names.addAll(parameters);
    names.addAll(states);
    return List.copyOf(names);
  }

  /**
   * The modules' versions of this stage. A module that the source did not have, such as a tied
   * copy's, gets version 1, as every torch module has unless it says otherwise.
   */
  @Override
  public Optional<PickleValue> metadata(Set<String> parameters) {
    if (unchanged()) {
      return sources.get(stage).metadata();
    }
    Call merged = Call.reduce(new Global("collections", "OrderedDict"));
    var seen = new HashSet<String>();
    var entries = new ArrayList<Entry>();
    for (RankFile source : sources) {
      if (source.metadata().orElse(null) instanceof Call modules) {
        for (Entry entry : modules.entries()) {
          module(entry, source.rank().pipeline())
              .filter(seen::add)
              .ifPresent(name -> entries.add(new Entry(new Text(name), entry.value())));
        }
      }
    }
    if (entries.isEmpty()) {
      return Optional.empty();
    }
    for (String parameter : parameters) {
      String module = ArrayObjects.module(parameter);
      if (seen.add(module)) {
        entries.add(new Entry(new Text(module), new Dict().put(new Text("version"), Int.of(1))));
      }
    }
    merged.entries().addAll(entries);
    return Optional.of(merged);
  }

  /** A module without a layer may stand in every stage: its version does no harm there. */
  private Optional<String> module(Entry entry, int from) {
    if (!(entry.key() instanceof Text key)) {
      return Optional.empty();
    }
    boolean layered = before.layered(number(key.value(), from));
    return layered ? here(key.value(), from) : Optional.of(key.value());
  }
}
