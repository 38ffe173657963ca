package io.shardwright.bench.input;

import io.shardwright.core.internal.codec.tar.TarLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Writes NeMo checkpoints with a torch file a rank, as an archive or a folder. */
public final class NemoInput {
  private static final String CONFIG = "model_config.yaml";
  private static final String WEIGHTS = "model_weights";

  private final RankParts grid;
  private final Filling filling;

  /** A model's checkpoint in a grid. */
  public NemoInput(RankParts grid, Filling filling) {
    this.grid = grid;
    this.filling = filling;
  }

  /** Writes a tar file. */
  public void archive(Path file) throws IOException {
    byte[] config = config().getBytes(StandardCharsets.UTF_8);
    Map<String, Long> sizes = new LinkedHashMap<>();
    sizes.put(CONFIG, (long) config.length);
    Map<String, RankFile> ranks = ranks();
    ranks.forEach((member, rank) -> sizes.put(member, rank.size()));
    TarLayout tar = TarLayout.of(sizes);
    try (var channel = create(file)) {
      for (var piece : tar.pieces()) {
        channel.write(ByteBuffer.wrap(piece.bytes()), piece.offset());
      }
      channel.write(ByteBuffer.wrap(config), tar.dataOffset(CONFIG));
      for (var rank : ranks.entrySet()) {
        rank.getValue().write(channel, tar.dataOffset(rank.getKey()), filling);
      }
    }
  }

  /** Writes a folder of the same members. */
  public void folder(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(CONFIG), config());
    for (var rank : ranks().entrySet()) {
      Path file = folder.resolve(rank.getKey());
      Files.createDirectories(file.getParent());
      try (var channel = create(file)) {
        rank.getValue().write(channel, 0, filling);
      }
    }
  }

  static FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE, StandardOpenOption.WRITE);
  }

  private Map<String, RankFile> ranks() {
    Map<String, RankFile> ranks = new LinkedHashMap<>();
    for (int rank = 0; rank < grid.ranks(); rank++) {
      for (int stage = 0; stage < grid.stages(); stage++) {
        String folder = rankFolder(rank, stage);
        String root = folder.replace('/', '_') + WEIGHTS;
        ranks.put(folder + WEIGHTS + ".ckpt", new RankFile(root, grid.of(rank, stage)));
      }
    }
    return ranks;
  }

  private String rankFolder(int rank, int stage) {
    if (grid.stages() > 1) {
      return String.format(Locale.ROOT, "tp_rank_%02d_pp_rank_%03d/", rank, stage);
    }
    return grid.ranks() > 1 ? String.format(Locale.ROOT, "mp_rank_%02d/", rank) : "";
  }

  private String config() {
    Decoder model = grid.model();
    return """
    mcore_gpt: true
    transformer_engine: true
    tensor_model_parallel_size: %d
    pipeline_model_parallel_size: %d
    encoder_seq_length: 4096
    num_layers: %d
    hidden_size: %d
    ffn_hidden_size: %d
    num_attention_heads: %d
    num_query_groups: %d
    make_vocab_size_divisible_by: 128
    bias: false
    activation: %s
    normalization: rmsnorm
    position_embedding_type: rope
    share_embeddings_and_output_weights: false
    target: nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel
    """
        .formatted(
            grid.ranks(),
            grid.stages(),
            model.layers(),
            model.hidden(),
            model.ffn(),
            model.heads(),
            model.groups(),
            model.gated() ? "fast-swiglu" : "squared-relu");
  }
}
