package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.Replica.Kind;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.StoredArray;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.RankParameters.Held;
import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.FlatState;
import io.shardwright.spi.format.FlatState.Parameter;
import io.shardwright.spi.format.FlatState.Run;
import io.shardwright.spi.tensor.Region;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Finds the tensors of an optimizer in flat buffers: for each parameter of a rank a view of the
 * buffers, which takes no memory. The master weights become replicas of the weights, and are
 * compared when values move.
 */
public final class FlatReading {

  private final ModelDescription model;
  private final FlatState state;
  private final Grid grid;
  private final List<RankParameters> orders = new ArrayList<>();
  private final Map<String, Found> found = new LinkedHashMap<>();

  /** The places of a parameter's companions. */
  private static final class Found {
    private final LogicalTensor weight;
    private final Map<String, List<SourcePart>> parts = new LinkedHashMap<>();
    private final Set<Region> covered = new HashSet<>();

    Found(LogicalTensor weight) {
      this.weight = weight;
    }
  }

  private FlatReading(ModelDescription model, FlatState state) {
    this.model = model;
    this.state = state;
    this.grid = new FlatGrid(model, state).grid();
  }

  /**
   * A model with the tensors of its optimizer.
   *
   * @throws UnsupportedCheckpointException if what the format states doesn't come out
   */
  public static ModelDescription in(ModelDescription model, FlatState state) {
    return new FlatReading(model, state).read();
  }

  private ModelDescription read() {
    orders.addAll(orders());
    for (RankCoordinate rank : grid.ranks()) {
      for (boolean experts : new boolean[] {false, true}) {
        placed(rank, experts).forEach(this::add);
      }
    }
    Companions.otherThanAdam(kinds()).ifPresent(this::refuse);
    var all = new ArrayList<LogicalTensor>();
    model.tensors().forEach(tensor -> all.add(withMasters(tensor)));
    kinds().forEach(kind -> found.values().forEach(own -> all.add(companion(own, kind))));
    return model.with(all).with(settings());
  }

  private void refuse(String why) {
    throw new UnsupportedCheckpointException(
        ErrorCode.UNSUPPORTED,
        model.source(),
        "holds an optimizer's state of kind "
            + state.kind()
            + ", "
            + why
            + ": leave it out with "
            + Setting.NO_OPTIMIZER.inText());
  }

  /** What the training says, and what was found. */
  private Map<String, String> settings() {
    var settings = new LinkedHashMap<>(model.settings());
    settings.putAll(orders.get(0).order());
    var registered = new LinkedHashMap<RankCoordinate, List<List<Parameter>>>();
    orders.get(0).held().forEach((rank, held) -> registered.put(rank, parameters(held, false)));
    state.settings(grid, registered).forEach(settings::putIfAbsent);
    return settings;
  }

  private List<List<Parameter>> parameters(List<Held> held, boolean experts) {
    return RankParameters.chunks(held, experts, grid.virtual()).stream()
        .map(chunk -> chunk.stream().map(Held::parameter).toList())
        .toList();
  }

  /** The orders that the configuration doesn't rule out, each once. */
  private List<RankParameters> orders() {
    var possible =
        state.orders().stream()
            .filter(
                order -> order.entrySet().stream().allMatch(e -> agrees(e.getKey(), e.getValue())))
            .toList();
    var found = new ArrayList<RankParameters>();
    for (Map<String, String> order : possible.isEmpty() ? state.orders() : possible) {
      var parameters = RankParameters.of(model, grid, order);
      if (found.stream().noneMatch(other -> other.names().equals(parameters.names()))) {
        found.add(parameters);
      }
    }
    return found;
  }

  private boolean agrees(String key, String value) {
    return Optional.ofNullable(model.settings().get(key))
        .or(() -> model.config().text(key))
        .map(said -> said.equalsIgnoreCase(value))
        .orElse(true);
  }

  /** A parameter with its runs by the state's kind. */
  record Placed(Held held, Map<String, Run> runs) {
    String name() {
      return held.parameter().name();
    }
  }

  /** The one possibility of a rank whose master weights are the weights. */
  private Collection<Placed> placed(RankCoordinate rank, boolean experts) {
    Map<Map<String, Map<String, Run>>, List<Placed>> possible = new LinkedHashMap<>();
    Map<Map<String, Map<String, Run>>, Set<RankParameters>> by = new HashMap<>();
    CheckpointException refusal = null;
    for (RankParameters order : List.copyOf(orders)) {
      var chunks = RankParameters.chunks(order.held().get(rank), experts, grid.virtual());
      try {
        for (List<Placed> one : possible(rank, experts, chunks)) {
          var runs = new HashMap<String, Map<String, Run>>();
          one.forEach(placed -> runs.put(placed.held().weight().id(), placed.runs()));
          possible.putIfAbsent(runs, one);
          by.computeIfAbsent(runs, r -> new HashSet<>()).add(order);
        }
      } catch (UnsupportedCheckpointException misfit) {
        refusal = refusal == null ? misfit : refusal;
      }
    }
    if (possible.isEmpty()) {
      throw refusal;
    }
    var first = MasterProbe.first(List.copyOf(possible.values()), FlatReading::parts);
    possible.forEach(
        (runs, one) -> {
          if (one == first && orders.stream().anyMatch(by.get(runs)::contains)) {
            orders.retainAll(by.get(runs));
          }
        });
    return first;
  }

  private List<List<Placed>> possible(
      RankCoordinate rank, boolean experts, List<List<Held>> chunks) {
    var parameters =
        chunks.stream().map(chunk -> chunk.stream().map(Held::parameter).toList()).toList();
    var held = chunks.stream().flatMap(List::stream).toList();
    return state.places(rank, grid, experts, parameters).stream()
        .map(
            runs ->
                IntStream.range(0, held.size())
                    .mapToObj(i -> new Placed(held.get(i), runs.get(i)))
                    .toList())
        .toList();
  }

  /**
   * Megatron-Core stores of what several ranks have the first one's, and so are the weights: other
   * ranks' states may have drifted from it.
   */
  private void add(Placed placed) {
    Held held = placed.held();
    var own = found.computeIfAbsent(held.weight().id(), id -> new Found(held.weight()));
    boolean again = held.views().stream().map(View::logical).anyMatch(own.covered::contains);
    if (!placed.runs().isEmpty() && !again) {
      held.views().forEach(view -> own.covered.add(view.logical()));
      placed
          .runs()
          .forEach(
              (kind, run) ->
                  own.parts.computeIfAbsent(kind, k -> new ArrayList<>()).addAll(parts(held, run)));
    }
  }

  /** Where a rank's elements of a parameter lie in a buffer. */
  private static List<SourcePart> parts(Held held, Run run) {
    var parts = new ArrayList<SourcePart>();
    if (run.tensor() instanceof StoredArray array) {
      long end = run.start() + held.parameter().elements();
      for (StoredArray.Chunk chunk : array.chunks()) {
        long from = chunk.region().offset().get(0);
        if (from < end && chunk.region().end(0) > run.start()) {
          long before = from - run.start();
          held.views().stream()
              .flatMap(
                  view -> view.between(before, before + chunk.region().shape().dim(0)).stream())
              .map(view -> view.behind(chunk.tensor().start() - before))
              .forEach(view -> parts.add(new SourcePart(chunk.member(), chunk.tensor(), view)));
        }
      }
      return parts;
    }
    var tensor = (SourceTensor) run.tensor();
    held.views().stream()
        .map(view -> view.behind(tensor.start() + run.start()))
        .forEach(view -> parts.add(new SourcePart(file(tensor), tensor, view)));
    return parts;
  }

  /** A storage's name begins with its file's. */
  private static String file(SourceTensor tensor) {
    return tensor.storage().name().split("!")[0];
  }

  private Set<String> kinds() {
    Set<String> kinds = new LinkedHashSet<>();
    found.values().forEach(own -> kinds.addAll(own.parts.keySet()));
    return kinds;
  }

  private LogicalTensor companion(Found own, String kind) {
    var tensor = own.weight.companion(Companions.name(kind, ""));
    var parts = own.parts.getOrDefault(kind, List.of());
    long elements = parts.stream().mapToLong(SourcePart::elements).sum();
    if (elements != own.weight.canonical().elements()) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MISSING,
          model.source(),
          "its optimizer's state of kind "
              + state.kind()
              + " has "
              + elements
              + " of the "
              + own.weight.canonical().elements()
              + " elements of '"
              + tensor.spec().name()
              + "': save it again, or leave it out with "
              + Setting.NO_OPTIMIZER.inText());
    }
    return tensor.in(parts, List.of());
  }

  private LogicalTensor withMasters(LogicalTensor weight) {
    Found own = found.get(weight.id());
    if (own == null) {
      return weight;
    }
    var replicas = new ArrayList<>(weight.replicas());
    own.parts
        .getOrDefault(Companions.MASTER, List.of())
        .forEach(part -> replicas.add(new Replica(part, Kind.MASTER)));
    return weight.in(weight.parts(), replicas);
  }
}
