package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.StageLayers;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The chunks of an interleaved pipeline that the names of a stage's file belong to. A stage numbers
 * its layers from 0, chunk by chunk; each chunk has numbers of its own.
 *
 * @param layers of the target
 * @param chunks of each stage
 */
public record RankChunks(StageLayers layers, int chunks) {
  /** A name in a chunk. */
  public record Held(int chunk, String name) {}

  /** Those of a plan. */
  public static RankChunks of(ExecutablePlan plan) {
    return new RankChunks(plan.stages(), plan.choice().grid().virtual());
  }

  /**
   * Where a name of a stage's file is. What is no layer's is in the first chunk of the first stage,
   * and in the last of others.
   */
  public Held of(String name, int stage) {
    if (chunks == 1) {
      return new Held(0, name);
    }
    var place = layers.place(name);
    if (place.isEmpty() || place.get().stack().chunks(stage) < chunks) {
      return new Held(stage == 0 ? 0 : chunks - 1, name);
    }
    int layer = place.get().layer();
    for (int chunk = 0; chunk < chunks; chunk++) {
      var range = place.get().stack().chunk(stage, chunk);
      int count = range.get(1) - range.get(0);
      if (layer < count) {
        String own = name.substring(0, place.get().from()) + layer;
        return new Held(chunk, own + name.substring(place.get().to()));
      }
      layer -= count;
    }
    return new Held(chunks - 1, name);
  }

  /** The same tensors, named as a stage's file would be that has no chunks. */
  public Map<String, SourceTensor> local(Map<String, SourceTensor> whole) {
    if (chunks == 1) {
      return whole;
    }
    var local = new LinkedHashMap<String, SourceTensor>();
    whole.forEach((name, tensor) -> local.put(layers.local(name), tensor));
    return local;
  }

  /** The same files, whose layers are numbered in the whole model where there are chunks. */
  public SourceFiles local(SourceFiles whole) {
    return chunks == 1
        ? whole
        : SourceFiles.ofRanks(whole.ranks().stream().map(this::local).toList());
  }

  private RankFile local(RankFile whole) {
    var tensors = local(whole.tensors());
    tensors.replaceAll((name, tensor) -> tensor.as(name));
    var objects = new LinkedHashMap<String, PickleValue>();
    whole.objects().forEach((name, value) -> objects.put(layers.local(name), value));
    var names = whole.names().stream().map(layers::local).toList();
    return new RankFile(whole.member(), whole.rank(), names, tensors, objects, whole.metadata());
  }
}
