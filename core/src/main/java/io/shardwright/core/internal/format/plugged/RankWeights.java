package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.describe.ChunkLayers;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.format.StoredModel.Weights;
import io.shardwright.spi.format.StoredRanks;
import io.shardwright.spi.format.StoredRanks.Rank;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of ranks as a format found them.
 *
 * @param configured whether it is known what the model is
 * @param name what was opened, for messages
 */
record RankWeights(StoredRanks held, boolean configured, String name) {
  /** Every torch file, by its path in what was opened. */
  Map<String, TorchFile> torchFiles() {
    var all = new LinkedHashMap<String, TorchFile>();
    for (Rank rank : held.ranks()) {
      rank.chunks().forEach(chunk -> all.put(member(tree(chunk)), tree(chunk).torch()));
    }
    return all;
  }

  private static TreeWeights tree(Weights chunk) {
    return (TreeWeights) chunk.from();
  }

  private String member(TreeWeights tree) {
    return tree.torch().name().substring(name.length() + 1);
  }

  /**
   * The files, whose layers are numbered in the whole model where a pipeline is interleaved.
   *
   * @throws MalformedCheckpointException if a chunk has another share of the layers
   */
  SourceFiles sourceFiles(YamlDocument config) {
    int chunks = held.ranks().get(0).chunks().size();
    Optional<ChunkLayers> layers =
        configured && chunks > 1
            ? Optional.of(ChunkLayers.of(config, held.grid().pipeline(), chunks))
            : Optional.empty();
    var files = held.ranks().stream().map(rank -> file(rank, layers)).toList();
    return new SourceFiles(files, List.of(), chunks > 1, true, List.of(), List.of());
  }

  private RankFile file(Rank rank, Optional<ChunkLayers> layers) {
    var tensors = new LinkedHashMap<String, SourceTensor>();
    var unreadable = new LinkedHashMap<String, String>();
    TreeWeights first = tree(rank.chunks().get(0));
    for (int chunk = 0; chunk < rank.chunks().size(); chunk++) {
      Weights weights = rank.chunks().get(chunk);
      int number = chunk;
      int stage = rank.at().pipeline();
      String where = first.torch().name();
      layers.ifPresent(known -> known.require(weights.tensors().keySet(), stage, number, where));
      boolean apart = rank.chunks().size() > 1 && layers.isEmpty();
      String before = apart ? "model" + chunk + "." : "";
      weights
          .tensors()
          .forEach(
              (own, tensor) -> {
                String name =
                    before + layers.map(known -> known.global(own, stage, number)).orElse(own);
                var held = (SourceTensor) tensor;
                boolean state = Companions.isCompanion(name);
                if (tensors.put(name, state ? held.as(name) : held) != null) {
                  throw again(name, where);
                }
              });
      tree(weights).unreadable().forEach((own, kind) -> unreadable.put(before + own, kind));
    }
    var names = List.copyOf(tensors.keySet());
    return new RankFile(
        member(first), rank.at(), names, tensors, Map.of(), Optional.empty(), unreadable);
  }

  private static MalformedCheckpointException again(String name, String where) {
    return new MalformedCheckpointException(
        ErrorCode.TENSOR_MALFORMED, where, "holds '" + name + "' in two chunks of its pipeline");
  }
}
