package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.PlanStep.Fill;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.core.internal.plan.RankParameters.Held;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.format.FlatLayout;
import io.shardwright.spi.format.FlatLayout.Bucket;
import io.shardwright.spi.format.FlatLayout.Laid;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Gives an optimizer's tensors their places in flat buffers: each parameter of a rank is a chunk of
 * a flat tensor, and so is each gap between two. All else has its places in arrays.
 */
final class FlatPlacement implements Placement {
  /** A rank's part of a parameter, and where it lies. */
  private record Slot(Held held, Bucket bucket, long start) {}

  private final ArrayPlacement others;
  private final String folder;
  private final Optional<FlatLayout> layout;

  /** By the parameter's canonical name. */
  private final Map<String, List<Slot>> slots = new HashMap<>();

  /** The elements from each start on. */
  private final Map<Bucket, SortedMap<Long, Long>> lengths = new LinkedHashMap<>();

  private final Map<Bucket, Integer> owners = new HashMap<>();
  private final Map<String, Map<List<Long>, TargetTensor>> chunks = new LinkedHashMap<>();
  private final Set<String> kinds = new TreeSet<>();
  private final Set<String> placed = new HashSet<>();

  private FlatPlacement(ArrayPlacement others, String folder, Optional<FlatLayout> layout) {
    this.others = others;
    this.folder = folder;
    this.layout = layout;
  }

  /**
   * The places of all tensors of a distributed checkpoint.
   *
   * @param others gives places to what doesn't lie in flat buffers
   * @param folder the distributed checkpoint's
   * @param works all that is written
   */
  static FlatPlacement beside(
      ArrayPlacement others,
      String folder,
      ModelDescription model,
      TargetChoice choice,
      ModelConfig config,
      List<Work> works) {
    var targets = new FlatPlacement(others, folder, choice.flat());
    choice
        .flat()
        .map(layout -> RankParameters.of(model, choice, config, layout.order(), works))
        .ifPresent(targets::lay);
    return targets;
  }

  private void lay(RankParameters parameters) {
    var grid = parameters.grid();
    int owner = 0;
    for (var held : parameters.held().entrySet()) {
      for (boolean experts : new boolean[] {false, true}) {
        var chunks = RankParameters.chunks(held.getValue(), experts, grid.virtual());
        if (chunks.stream().anyMatch(chunk -> !chunk.isEmpty())) {
          var own = chunks.stream().map(c -> c.stream().map(Held::parameter).toList()).toList();
          var laid = layout.orElseThrow().laid(held.getKey(), grid, experts, own);
          lay(chunks.stream().flatMap(List::stream).toList(), laid, owner);
        }
      }
      owner++;
    }
  }

  /** Several ranks have the same of what is no expert's. */
  private void lay(List<Held> all, Laid laid, int owner) {
    if (lengths.containsKey(laid.buckets().get(0))) {
      return;
    }
    laid.buckets().forEach(bucket -> lengths.put(bucket, new TreeMap<>()));
    laid.buckets().forEach(bucket -> owners.put(bucket, owner));
    for (int at = 0; at < all.size(); at++) {
      var place = laid.places().get(at);
      var bucket = laid.buckets().get(place.bucket());
      Held held = all.get(at);
      slots
          .computeIfAbsent(held.weight().id(), id -> new ArrayList<>())
          .add(new Slot(held, bucket, place.start()));
      lengths.get(bucket).put(place.start(), held.parameter().elements());
    }
  }

  @Override
  public List<To> add(Emission emission) {
    String kind = Companions.kind(emission.prefix());
    if (kind.isEmpty() || layout.isEmpty()) {
      return others.add(emission);
    }
    kinds.add(kind);
    String id = LogicalTensor.name(emission.row().canonical(), emission.indexes());
    if (!placed.add(kind + " " + id)) {
      return List.of();
    }
    var to = new ArrayList<To>();
    for (Slot slot : slots.get(id)) {
      var chunk = chunk(slot.bucket(), kind, slot.start(), slot.held().parameter().elements());
      slot.held().views().forEach(view -> to.add(new To(chunk, view)));
    }
    return to;
  }

  private TargetTensor chunk(Bucket bucket, String kind, long start, long elements) {
    String key = layout.orElseThrow().key(bucket, kind);
    var spec = new TensorSpec(key, DType.FLOAT32, Shape.of(elements));
    return chunks
        .computeIfAbsent(key, k -> new LinkedHashMap<>())
        .computeIfAbsent(List.of(start), at -> new TargetTensor(folder + key + "/" + start, spec));
  }

  /** What fills the gaps; complete when every tensor is added. */
  List<PlanStep> gaps() {
    var steps = new ArrayList<PlanStep>();
    lengths.forEach(
        (bucket, held) -> {
          long end = 0;
          var gaps = new LinkedHashMap<Long, Long>();
          for (var parameter : held.entrySet()) {
            gaps.put(end, parameter.getKey() - end);
            end = parameter.getKey() + parameter.getValue();
          }
          gaps.put(end, bucket.elements() - end);
          gaps.values().removeIf(length -> length == 0);
          kinds.forEach(kind -> gaps.forEach((at, n) -> steps.add(gap(bucket, kind, at, n))));
        });
    return steps;
  }

  private PlanStep gap(Bucket bucket, String kind, long start, long length) {
    TargetTensor gap = chunk(bucket, kind, start, length);
    var whole = new View(Region.whole(gap.spec().shape()), 0, List.of(1L));
    byte[] zeros = new byte[Math.toIntExact(gap.spec().byteSize())];
    return new Fill(gap.spec(), zeros, List.of(new To(gap, whole)));
  }

  /** All tensors to be written; complete with the gaps. */
  List<TargetArray> arrays() {
    var arrays = new ArrayList<>(others.arrays());
    for (Bucket bucket : lengths.keySet()) {
      kinds.forEach(kind -> arrays.add(array(bucket, layout.orElseThrow().key(bucket, kind))));
    }
    return arrays;
  }

  private TargetArray array(Bucket bucket, String key) {
    int owner = owners.get(bucket);
    var parts = new ArrayList<ArrayChunks>();
    chunks.get(key).forEach((start, chunk) -> parts.add(alone(start, chunk.spec(), owner)));
    var spec = new TensorSpec(key, DType.FLOAT32, Shape.of(bucket.elements()));
    return new TargetArray(spec, Shape.of(1), parts);
  }

  /** A chunk of a size of its own. */
  private ArrayChunks alone(List<Long> start, TensorSpec spec, int owner) {
    var cut = new ArrayCut(spec.shape(), List.of(new ArrayCut.Part(start, 0, List.of())));
    return new ArrayChunks(folder, spec, List.of(), owner, cut);
  }
}
