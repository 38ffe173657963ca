package io.shardwright.bench.input;

import io.shardwright.core.internal.codec.dcp.DcpItem;
import io.shardwright.core.internal.codec.dcp.DcpLayout;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Chunk;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Form;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Tensor;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * Writes a root of Megatron-Bridge whose weights are holes: every item has its place in a file, and
 * nothing in it. Layers lie on top of each other, and rows or columns are cut for ranks.
 *
 * @param ranks tensor-parallel size
 * @param files that the items are spread over
 */
public record DistInput(Decoder model, int ranks, int files) {
  private static final String FOLDER = "iter_0000000";

  /** Writes the folder. */
  public void write(Path root) throws IOException {
    Path folder = Files.createDirectories(root.resolve(FOLDER));
    Files.writeString(root.resolve("latest_checkpointed_iteration.txt"), "0");
    var layouts = new ArrayList<DcpLayout>();
    for (int file = 0; file < files; file++) {
      layouts.add(new DcpLayout("__" + file + "_0.distcp"));
    }
    byte[] metadata =
        DcpMetadataWriter.write(tensors(new ArrayDeque<>(layouts)), Map.of(), Form.TORCH_2_3);
    Files.write(folder.resolve(".metadata"), metadata);
    for (int file = 0; file < files; file++) {
      try (var channel = NemoInput.create(folder.resolve("__" + file + "_0.distcp"))) {
        if (layouts.get(file).size() > 0) {
          channel.write(ByteBuffer.allocate(1), layouts.get(file).size() - 1);
        }
      }
    }
    Files.writeString(folder.resolve("run_config.yaml"), config());
    Files.writeString(
        folder.resolve("metadata.json"),
        "{\"sharded_backend\": \"torch_dist\", \"sharded_backend_version\": 1}");
  }

  private List<Tensor> tensors(Queue<DcpLayout> turns) {
    var tensors = new ArrayList<Tensor>();
    tensors.add(whole(model.words(), turns));
    for (Whole layer :
        List.of(
            model.projection(0),
            model.attentionNorm(0),
            model.qkv(0),
            model.mlpNorm(0),
            model.up(0),
            model.down(0))) {
      tensors.add(stacked(layer, turns));
    }
    tensors.add(whole(model.norm(), turns));
    tensors.add(whole(model.output(), turns));
    return tensors;
  }

  private Tensor whole(Whole whole, Queue<DcpLayout> turns) {
    Shape shape = shape(whole);
    return new Tensor(spec(whole.name(), shape), chunks(shape, shape.rank() > 1, 0, turns));
  }

  private Tensor stacked(Whole layer, Queue<DcpLayout> turns) {
    var dims = new ArrayList<Long>();
    dims.add((long) model.layers());
    dims.addAll(shape(layer).dims());
    String name = layer.name().replace(".layers.0.", ".layers.");
    boolean columns = name.endsWith("linear_proj.weight") || name.endsWith("linear_fc2.weight");
    Shape shape = new Shape(dims);
    return new Tensor(spec(name, shape), chunks(shape, dims.size() > 2, columns ? 2 : 1, turns));
  }

  private static Shape shape(Whole whole) {
    return whole.rows() == 1 ? Shape.of(whole.columns()) : Shape.of(whole.rows(), whole.columns());
  }

  /** One for each layer and rank, dealt out to the files. */
  private List<Chunk> chunks(Shape shape, boolean cut, int axis, Queue<DcpLayout> turns) {
    var chunks = new ArrayList<Chunk>();
    boolean layers = shape.dim(0) == model.layers();
    long parts = cut ? ranks : 1;
    for (long layer = 0; layer < (layers ? shape.dim(0) : 1); layer++) {
      for (long part = 0; part < parts; part++) {
        var dims = new ArrayList<>(shape.dims());
        var offset = new ArrayList<Long>();
        dims.forEach(dim -> offset.add(0L));
        if (layers) {
          dims.set(0, 1L);
          offset.set(0, layer);
        }
        dims.set(axis, dims.get(axis) / parts);
        offset.set(axis, offset.get(axis) + part * dims.get(axis));
        DcpLayout file = turns.remove();
        turns.add(file);
        DcpItem item = file.add(spec("chunk", new Shape(dims)));
        chunks.add(new Chunk(new Region(offset, new Shape(dims)), item));
      }
    }
    return chunks;
  }

  private static TensorSpec spec(String name, Shape shape) {
    return new TensorSpec(name, DType.BFLOAT16, shape);
  }

  private String config() {
    return """
    model:
      _target_: megatron.bridge.models.gpt_provider.GPTModelProvider
      num_layers: %d
      hidden_size: %d
      ffn_hidden_size: %d
      num_attention_heads: %d
      num_query_groups: %d
      vocab_size: %d
      make_vocab_size_divisible_by: 1
      seq_length: 4096
      normalization: RMSNorm
      position_embedding_type: rope
      add_bias_linear: false
      gated_linear_unit: true
      share_embeddings_and_output_weights: false
      activation_func: {_target_: torch.nn.functional.silu, _call_: false}
      bf16: true
      tensor_model_parallel_size: %d
    """
        .formatted(
            model.layers(),
            model.hidden(),
            model.ffn(),
            model.heads(),
            model.groups(),
            model.vocabulary(),
            ranks);
  }
}
