package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ModuleState.Content;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.spi.RankCoordinate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes the state dicts of rank files whose source are rank files: entries are carried over, with
 * layers renumbered.
 */
final class CarriedState implements StageStates.StageState {
  private final List<RankFile> sources;
  private final StageAssignment before;
  private final StageAssignment after;
  private final RankCoordinate rank;
  private final boolean numbered;
  private final boolean unchanged;
  private final Set<String> ending;
  private final Map<String, Integer> places = new HashMap<>();

  /**
   * For the ranks of one stage and block of experts.
   *
   * @param rank of them, whose tensor-parallel rank is the source's of which they get the states;
   *     states of experts that it lacks are another's
   * @param ending modules without a layer whose parameters stand in the last stage
   * @param registered the rank's names in the order in which the family's table has them
   */
  CarriedState(
      ModelDescription model,
      StageAssignment assignment,
      RankCoordinate rank,
      Set<String> ending,
      List<String> registered) {
    registered.forEach(name -> places.put(name, places.size()));
    this.before =
        new StageAssignment(
            model.stages(), new ExpertBlocks(model.table(), model.config(), model.grid().expert()));
    this.after = assignment;
    this.rank = rank;
    this.numbered = model.files().numbered();
    this.unchanged =
        !numbered
            && before.layers().sameAs(after.layers())
            && before.experts().ranks() == after.experts().ranks();
    this.ending = ending;
    Predicate<RankFile> own = file -> file.rank().tensor() == rank.tensor();
    this.sources =
        Stream.concat(
                model.files().ranks().stream().filter(own),
                model.files().ranks().stream().filter(own.negate()))
            .filter(file -> own.test(file) || before.experts().ranks() > 1)
            .toList();
  }

  private String number(String name, RankCoordinate from) {
    return numbered
        ? name
        : before.experts().global(before.layers().global(name, from.pipeline()), from.expert());
  }

  private boolean isHere(RankCoordinate from) {
    return from.pipeline() == rank.pipeline() && from.expert() == rank.expert();
  }

  /** The name that something of a source's rank has in this one; empty where it is elsewhere. */
  private Optional<String> here(String name, RankCoordinate from) {
    if (unchanged) {
      return isHere(from) ? Optional.of(name) : Optional.empty();
    }
    boolean ends =
        from.pipeline() == before.layers().stages() - 1 && from.pipeline() > 0
            || ending.contains(ArrayObjects.module(name))
            || name.contains("output_layer");
    var home = after.home(number(name, from), ends ? after.layers().stages() - 1 : 0);
    return home.is(rank) ? Optional.of(home.name()) : Optional.empty();
  }

  @Override
  public Map<String, Content> contents() {
    var contents = new LinkedHashMap<String, Content>();
    for (RankFile source : sources) {
      source
          .states()
          .forEach(
              (name, content) ->
                  here(name, source.rank()).ifPresent(n -> contents.putIfAbsent(n, content)));
    }
    return contents;
  }

  /** As the source's files have them, each file's and what is new where the table has them. */
  @Override
  public List<String> names(Set<String> parameters) {
    Set<String> states = contents().keySet();
    Set<String> seen = new HashSet<>();
    var lists = new ArrayList<Deque<String>>();
    for (RankFile source : sources) {
      lists.add(
          source.names().stream()
              .flatMap(name -> here(name, source.rank()).stream())
              .filter(name -> states.contains(name) || parameters.contains(name))
              .filter(seen::add)
              .collect(Collectors.toCollection(ArrayDeque::new)));
    }
    lists.add(
        parameters.stream()
            .filter(seen::add)
            .sorted(Comparator.comparing(this::place))
            .collect(Collectors.toCollection(ArrayDeque::new)));
    var names = new LinkedHashSet<>(merged(lists));
    names.addAll(states);
    return List.copyOf(names);
  }

  /** What the table does not have stays behind what stands before it. */
  private List<String> merged(List<Deque<String>> lists) {
    var names = new ArrayList<String>();
    lists.removeIf(Deque::isEmpty);
    while (!lists.isEmpty()) {
      var next = Collections.min(lists, Comparator.comparing(list -> place(list.peek())));
      do {
        names.add(next.remove());
      } while (!next.isEmpty() && !places.containsKey(next.peek()));
      lists.removeIf(Deque::isEmpty);
    }
    return names;
  }

  private int place(String name) {
    return places.getOrDefault(name, -1);
  }

  /**
   * The modules' versions of this stage. A module that the source did not have, such as a tied
   * copy's, gets version 1, as every torch module has unless it says otherwise.
   */
  @Override
  public Optional<PickleValue> metadata(Set<String> parameters) {
    if (unchanged) {
      return sources.stream()
          .filter(source -> isHere(source.rank()))
          .findFirst()
          .flatMap(RankFile::metadata);
    }
    Call merged = Call.reduce(new Global("collections", "OrderedDict"));
    var seen = new HashSet<String>();
    var entries = new ArrayList<Entry>();
    for (RankFile source : sources) {
      if (source.metadata().orElse(null) instanceof Call modules) {
        for (Entry entry : modules.entries()) {
          module(entry, source.rank())
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
  private Optional<String> module(Entry entry, RankCoordinate from) {
    if (!(entry.key() instanceof Text key)) {
      return Optional.empty();
    }
    boolean layered = before.layers().layered(number(key.value(), from));
    return layered ? here(key.value(), from) : Optional.of(key.value());
  }
}
