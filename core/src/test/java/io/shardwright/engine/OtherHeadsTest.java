package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Folders of classes that are related to those that are read, and configurations that look ahead.
 */
class OtherHeadsTest extends ModelFolders {
  private Path with(String model, String before, String after) throws IOException {
    Path source = huggingFace(model);
    String config = Files.readString(source.resolve(CONFIG));
    String changed = config.replace(before, after);
    assertNotEquals(config, changed);
    Files.writeString(source.resolve(CONFIG), changed);
    return source;
  }

  @ParameterizedTest
  @CsvSource({
    "llama, LlamaForCausalLM, LlamaModel",
    "llama, LlamaForCausalLM, LlamaForSequenceClassification",
    "mistral, MistralForCausalLM, MistralModel",
    "qwen2, Qwen2ForCausalLM, Qwen2ForTokenClassification",
    "gpt2, GPT2LMHeadModel, GPT2DoubleHeadsModel",
    "vit, ViTForImageClassification, ViTForMaskedImageModeling",
    "falcon-7b-like, FalconForCausalLM, FalconForQuestionAnswering",
  })
  void areRefusedByTheirNameAndTakenAsTensors(String model, String known, String other)
      throws IOException {
    Path source = with(model, known, other);
    assertRefused(Kind.INPUT, "names architecture '" + other + "'", source);
    assertRefused(Kind.INPUT, "only " + known + " is read", source);
    Attempt plan = Order.of(source, folder.resolve("p.nemo")).planned();
    plan.assertRefused(Kind.INPUT);
    Attempt.open(source).assertDone(other);
    Attempt.verify(source).assertDone(other);
    Path plain = folder.resolve("plain");
    Order.of(source, plain).to(TargetFormat.SAFETENSORS).tried().assertDone();
    assertEquals(-1, Files.mismatch(source.resolve(CONFIG), plain.resolve(CONFIG)));
  }

  @Test
  void anotherSpellingOfTheClassIsTheClass() throws IOException {
    convert(with("llama", "LlamaForCausalLM", "LLaMAForCausalLM"), "o.nemo");
  }

  @Test
  void theKindTellsWhereNoClassIsNamed() throws IOException {
    convert(with("gpt2", "\"architectures\"", "\"_name_or_path\": \"x\", \"unused\""), "o.nemo");
  }

  @ParameterizedTest
  @CsvSource({
    "gemma, use_bidirectional_attention, true",
    "llama, use_bidirectional_attention, true",
    "nemotron, is_causal, false",
    "gpt2, is_causal, false",
    "falcon-7b-like, is_causal, false",
    "starcoder2, use_bidirectional_attention, true",
  })
  void attentionThatLooksAheadIsRefusedByItsKey(String model, String key, String value)
      throws IOException {
    Path source = with(model, "\"model_type\"", "\"" + key + "\": " + value + ", \"model_type\"");
    assertRefused(Kind.INPUT, key + " is '" + value + "'", source);
  }

  @ParameterizedTest
  @CsvSource({
    "gemma, use_bidirectional_attention, null",
    "qwen2, use_bidirectional_attention, false",
    "llama, is_causal, true",
  })
  void sayingThatItDoesNotIsNothingNew(String model, String key, String value) throws IOException {
    Path source = with(model, "\"model_type\"", "\"" + key + "\": " + value + ", \"model_type\"");
    String known = known(source);
    Path back = convert(convert(source, "o.nemo"), "back", order -> order.architecture(known));
    assertFalse(Files.readString(back.resolve(CONFIG)).contains("is_causal\": false"));
  }

  private static String known(Path source) throws IOException {
    String config = Files.readString(source.resolve(CONFIG));
    return config.replaceFirst("(?s).*\"architectures\": \\[\\s*\"(\\w+)\".*", "$1");
  }
}
