package io.shardwright.adapters.megatron;

import io.shardwright.adapters.megatron.FlatBuffers.Numbered;
import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.FlatLayout;
import io.shardwright.spi.format.FlatState.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Lays out {@code dp_reshardable}, as {@link FlatArrays} reads it.
 *
 * @param ranks of data parallelism
 * @param settings of the training, in Megatron-LM's words
 */
record BucketLayout(long ranks, Map<String, String> settings) implements FlatLayout {
  static final String KIND = "dp_reshardable";

  /** Whether gradients are reduced in binary32, whatever the parameters' type. */
  static final String WIDE = "accumulate_allreduce_grads_in_fp32";

  /**
   * That of a form, if it has flat buffers.
   *
   * @param ranks of data parallelism; empty where the user said none
   */
  static Optional<FlatLayout> of(String kind, OptionalLong ranks, Map<String, String> settings) {
    if (!kind.equals(KIND)) {
      return Optional.empty();
    }
    return Optional.of(
        new BucketLayout(
            ranks.orElseThrow(
                () ->
                    new UnsupportedCheckpointException(
                        ErrorCode.UNSUPPORTED,
                        KIND,
                        "needs the number of data-parallel ranks: set "
                            + Setting.DATA_PARALLEL.inText())),
            settings));
  }

  /** Transformer Engine's layers, and all experts in one module, where nothing is said. */
  @Override
  public Map<String, String> order() {
    String layers = settings.getOrDefault(FlatBuffers.SPECIFICATION, FlatBuffers.ENGINE);
    boolean local = layers.equals(FlatBuffers.LOCAL);
    return Map.of(
        FlatBuffers.SPECIFICATION,
        layers,
        FlatBuffers.GROUPED,
        local ? "false" : settings.getOrDefault(FlatBuffers.GROUPED, "true"));
  }

  /** Of the first stage the first chunk alone is cut. */
  @Override
  public Laid laid(RankCoordinate rank, Grid grid, boolean experts, List<List<Parameter>> chunks) {
    boolean chained = grid.expert() > 1 || grid.expertTensor() != grid.tensor();
    String group = FlatGroups.name(chained, rank, grid, experts);
    var buckets = new ArrayList<Bucket>();
    var places = new Place[chunks.stream().mapToInt(List::size).sum()];
    int buffer = 0;
    int before = 0;
    for (int chunk = 0; chunk < chunks.size(); chunk++) {
      boolean cut = rank.pipeline() == 0 && chunk == 0;
      OptionalLong size = cut ? BucketSize.of(settings, ranks) : OptionalLong.empty();
      for (List<Numbered> own : FlatBuffers.groups(List.of(chunks.get(chunk)))) {
        String name = name(group, buffer++, own.get(0).parameter());
        lay(name, own, before, size, buckets, places);
      }
      before += chunks.get(chunk).size();
    }
    return new Laid(buckets, Arrays.asList(places));
  }

  private static void lay(
      String name,
      List<Numbered> own,
      int before,
      OptionalLong size,
      List<Bucket> buckets,
      Place[] places) {
    var laid = new BufferLayout(FlatBuffers.items(own), BufferLayout.ALIGNED).of(size);
    int first = buckets.size();
    for (int k = 0; k < laid.buckets().size(); k++) {
      buckets.add(new Bucket(name + ".bucket_idx_" + k, laid.buckets().get(k)));
    }
    for (int at = 0; at < own.size(); at++) {
      var place = laid.places().get(at);
      places[before + own.get(at).number()] = new Place(first + place.bucket(), place.start());
    }
  }

  private String name(String group, int buffer, Parameter first) {
    boolean wide = !"false".equalsIgnoreCase(settings.get(WIDE));
    String type = first.dtype().torchName();
    String gradient = wide ? "float32" : type;
    return group + ".gbuf_idx_" + buffer + ".dtype_(torch." + type + ", torch." + gradient + ")";
  }

  @Override
  public String key(Bucket bucket, String kind) {
    return bucket.name() + "." + (kind.equals(CommonTraining.MASTER) ? "param" : kind);
  }
}
