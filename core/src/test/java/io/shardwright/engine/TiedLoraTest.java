package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** LoRAs of models whose embedding is tied to the output layer. */
class TiedLoraTest extends PeftAdapters {
  private static final String HEAD = "lm_head.weight";
  private static final String WORDS = "model.embed_tokens.weight";
  private static final String MODULE = "base_model.model.lm_head.";

  /** The product would change the embedding too. */
  @Test
  void changesAnOutputLayerThatIsUntiedAlone() throws IOException {
    Path base = tied();
    HeldTensors.of(base.resolve(WEIGHTS)).copy(WORDS, HEAD).write(base.resolve(WEIGHTS));
    Path lora = adapter("llama");
    byte[] factor = new byte[100 * 4 * Float.BYTES];
    Arrays.fill(factor, (byte) 60);
    String like = "base_model.model.model.layers.1.mlp.gate_proj.lora_A.weight";
    HeldTensors.of(lora.resolve(ADAPTER_WEIGHTS))
        .copy(like, MODULE + "lora_A.weight")
        .add(new TensorSpec(MODULE + "lora_B.weight", DType.FLOAT32, Shape.of(100, 4)), factor)
        .write(lora.resolve(ADAPTER_WEIGHTS));
    assertRefused(
        Kind.PLAN, "tied to the embedding, which does not change", base, order -> order.lora(lora));
    assertRefused(Kind.PLAN, "untie", base, order -> order.lora(lora));
    Path out = convert(base, "out.nemo", order -> order.lora(lora).untie().tp(2).vocab(100));
    var found = logical(out);
    float[] before = logical(base).get("embedding.word_embeddings.weight");
    assertArrayEquals(before, found.get("embedding.word_embeddings.weight"));
    assertFalse(Arrays.equals(before, found.get("output_layer.weight")));
  }

  @Test
  void comparesThePairOfAModelThatIsChangedElsewhere() throws IOException {
    Path base = tied();
    assertRefused(Kind.INPUT, "SW-122", base, order -> order.lora(adapter("llama")));
    Path out =
        convert(base, "out.nemo", order -> order.lora(folder.resolve("adapter-llama")).untie());
    assertEquals(
        List.of(true, true),
        List.of(
            Arrays.equals(
                values(base, WORDS), logical(out).get("embedding.word_embeddings.weight")),
            Arrays.equals(values(base, HEAD), logical(out).get("output_layer.weight"))));
  }

  private static float[] values(Path base, String name) {
    return floats(base).get(name);
  }

  private Path tied() throws IOException {
    Path base = huggingFace("llama");
    String said = "\"tie_word_embeddings\": ";
    edit(base.resolve(CONFIG), said + "false", said + "true");
    assertTrue(Files.exists(base.resolve(WEIGHTS)));
    return base;
  }
}
