package io.shardwright.cli;

import io.shardwright.SmallCheckpoint;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * A random small BERT as NeMo 1.23 names and shapes it, of a class that no shipped family knows.
 */
final class TinyBert {
  private static final int HIDDEN = 16;
  private static final int INNER = 32;
  private static final int ROWS = 40;
  static final String CONFIG =
      """
      target: example.models.MyBertModel
      tensor_model_parallel_size: 1
      pipeline_model_parallel_size: 1
      num_layers: 2
      hidden_size: 16
      ffn_hidden_size: 32
      num_attention_heads: 4
      make_vocab_size_divisible_by: 8
      bert_binary_head: true
      """;

  private final Random random = new Random(42);
  private final SmallCheckpoint checkpoint = SmallCheckpoint.of(CONFIG);

  /** Writes it as a folder with one rank file. */
  static Path write(Path folder) {
    var bert = new TinyBert();
    String embedding = "language_model.embedding.";
    bert.tensor(embedding + "word_embeddings.weight", ROWS, HIDDEN);
    bert.tensor(embedding + "position_embeddings.weight", 24, HIDDEN);
    bert.tensor(embedding + "tokentype_embeddings.weight", 2, HIDDEN);
    for (int layer = 0; layer < 2; layer++) {
      bert.layer("language_model.encoder.layers." + layer + ".");
    }
    bert.norm("language_model.encoder.final_layernorm.");
    bert.linear("language_model.pooler.dense.", HIDDEN, HIDDEN);
    bert.tensor("lm_head.bias", ROWS);
    bert.linear("lm_head.dense.", HIDDEN, HIDDEN);
    bert.norm("lm_head.layernorm.");
    bert.linear("binary_head.", 2, HIDDEN);
    return bert.checkpoint.write(folder);
  }

  /** Writes it as an archive, cut by the example's family. */
  static void writeForTwoRanks(Path archive) throws IOException {
    Path work = Files.createTempDirectory(archive.getParent(), "bert");
    Path jar = ExampleJar.make(work.resolve("bert-family.jar"));
    Path whole = write(work.resolve("whole"));
    Run.reshard(whole, archive, "--tp", 2, "--vocab-size", 37, "--adapter-path", jar);
  }

  private void layer(String prefix) {
    norm(prefix + "input_layernorm.");
    linear(prefix + "self_attention.query_key_value.", 3 * HIDDEN, HIDDEN);
    linear(prefix + "self_attention.dense.", HIDDEN, HIDDEN);
    norm(prefix + "post_attention_layernorm.");
    linear(prefix + "mlp.dense_h_to_4h.", INNER, HIDDEN);
    linear(prefix + "mlp.dense_4h_to_h.", HIDDEN, INNER);
  }

  private void linear(String prefix, long out, long in) {
    tensor(prefix + "weight", out, in);
    tensor(prefix + "bias", out);
  }

  private void norm(String prefix) {
    tensor(prefix + "weight", HIDDEN);
    tensor(prefix + "bias", HIDDEN);
  }

  private void tensor(String name, long... dims) {
    var spec = new TensorSpec("model." + name, DType.FLOAT32, Shape.of(dims));
    byte[] values = new byte[(int) spec.byteSize()];
    random.nextBytes(values);
    checkpoint.tensor(spec, values);
  }
}
