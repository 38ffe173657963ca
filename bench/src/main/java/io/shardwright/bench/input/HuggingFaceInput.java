package io.shardwright.bench.input;

import io.shardwright.core.internal.codec.safetensors.SafetensorsLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes Hugging Face folders with one safetensors file. */
public final class HuggingFaceInput {
  private static final int LORA_RANK = 16;
  private static final String LORA_CONFIG =
      """
      {"peft_type": "LORA", "r": %d, "lora_alpha": 32, "bias": "none",
       "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]}
      """
          .formatted(LORA_RANK);

  private HuggingFaceInput() {}

  /** Writes a gated model. */
  public static void folder(Path folder, Decoder model, Filling filling) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config(model));
    write(folder.resolve("model.safetensors"), new HuggingFaceParts(model).all(), filling);
  }

  /** Writes a LoRA of a gated model, on every matrix of its layers. */
  public static void lora(Path folder, Decoder model, Filling filling) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("adapter_config.json"), LORA_CONFIG);
    var parts = new HuggingFaceParts(model).lora(LORA_RANK);
    write(folder.resolve("adapter_model.safetensors"), parts, filling);
  }

  private static void write(Path path, List<Part> parts, Filling filling) throws IOException {
    var layout = SafetensorsLayout.of(parts.stream().map(Part::spec).toList(), path.toString());
    try (var file = NemoInput.create(path)) {
      file.write(ByteBuffer.allocate(1), layout.size() - 1);
      file.write(ByteBuffer.wrap(layout.head()), 0);
      for (Part part : parts) {
        filling.fill(file, layout.dataOffset(part.spec().name()), part);
      }
    }
  }

  private static String config(Decoder model) {
    return """
    {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
     "hidden_size": %d, "intermediate_size": %d, "num_hidden_layers": %d,
     "num_attention_heads": %d, "num_key_value_heads": %d, "max_position_embeddings": 4096,
     "rms_norm_eps": 1e-05, "vocab_size": %d, "tie_word_embeddings": false}
    """
        .formatted(
            model.hidden(),
            model.ffn(),
            model.layers(),
            model.heads(),
            model.groups(),
            model.vocabulary());
  }
}
