package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    "llama, LlamaForCausalLM, LlamaForQuestionAnswering",
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

  private Path decoder(String model, String known, String other, String score) throws IOException {
    Path source = with(model, known, other);
    byte[] file = Files.readAllBytes(source.resolve(WEIGHTS));
    int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    String header = new String(file, 8, length, StandardCharsets.UTF_8).trim();
    int data = file.length - 8 - length;
    boolean bare = score.isEmpty();
    String row =
        ",\"score.weight\":{\"dtype\":\"F32\",\"shape\":[3,32],\"data_offsets\":["
            + (data + "," + (data + 384) + "]}}");
    byte[] changed =
        (bare
                ? header.replaceAll("\"(model|transformer)\\.", "\"")
                : header.substring(0, header.length() - 1) + row)
            .getBytes(StandardCharsets.UTF_8);
    var whole = ByteBuffer.allocate(8 + changed.length + data + (bare ? 0 : 384));
    whole.order(ByteOrder.LITTLE_ENDIAN).putLong(changed.length).put(changed);
    whole.put(file, 8 + length, data);
    for (float value = 1; whole.hasRemaining(); value++) {
      whole.putFloat(value);
    }
    Files.write(source.resolve(WEIGHTS), whole.array());
    return source;
  }

  private static void assertEqual(Path one, Path other) {
    assertTrue(Checkpoints.diff(one, other).same(), one + " and " + other);
  }

  @ParameterizedTest
  @CsvSource({
    "llama3-rope-tied, LlamaForCausalLM, LlamaModel",
    "qwen2, Qwen2ForCausalLM, Qwen2Model",
    "gpt2, GPT2LMHeadModel, GPT2Model",
  })
  void aDecoderAloneIsConverted(String model, String known, String other) throws IOException {
    Path source = decoder(model, known, other, "");
    Path ranks =
        Order.of(source, folder.resolve("r")).to(new TargetFormat("torch_dist")).tp(2).done();
    Path nemo = convert(source, "n", order -> order.tp(2).pp(2));
    assertEqual(source, ranks);
    assertEqual(source, convert(nemo, "back"));
    Path whole = convert(nemo, "whole", order -> order.architecture(known));
    assertEqual(copy("/community/" + model, "known"), whole);
  }

  @ParameterizedTest
  @CsvSource({
    "llama3-rope-tied, LlamaForCausalLM, LlamaForSequenceClassification",
    "gpt2, GPT2LMHeadModel, GPT2ForSequenceClassification",
  })
  void aHeadIsKeptWhereTheTargetHasAPlaceForIt(String model, String known, String other)
      throws IOException {
    Path source = decoder(model, known, other, "score");
    Path saved = Order.of(source, folder.resolve("d")).to(new TargetFormat("dcp")).done();
    Path back = Order.of(saved, folder.resolve("b")).to(TargetFormat.HUGGING_FACE).done();
    assertEqual(source, back);
    Order.of(source, folder.resolve("t"))
        .to(new TargetFormat("torch_dist"))
        .tried()
        .assertRefused(Kind.PLAN, "'score.weight' can't be stored");
  }

  private static List<String> keys(Path source) throws IOException {
    return Files.readAllLines(source.resolve(CONFIG)).stream()
        .map(line -> line.trim().replaceFirst(",$", "").replaceFirst("(?i)1[.]0e-0?6", "1e-06"))
        .sorted()
        .toList();
  }

  /** Megatron's documents have no word for a class, so that they keep its own document. */
  @ParameterizedTest
  @CsvSource({"megatron, ", "bridge, ", "megatron, torch_dist"})
  void comesBackFromMegatronAsTheClassThatItWas(String root, String first) throws IOException {
    Path source = with("mistral", "MistralForCausalLM", "MinistralForCausalLM");
    String config =
        Files.readString(source.resolve(CONFIG)).replace("\"mistral\"", "\"ministral\"");
    Files.writeString(source.resolve(CONFIG), config);
    Path from = source;
    for (String format : first == null ? List.of(root) : List.of(first, root)) {
      from = Order.of(from, folder.resolve(format)).to(new TargetFormat(format)).tp(2).done();
    }
    Path back = Order.of(from, folder.resolve("b")).to(TargetFormat.HUGGING_FACE).done();
    assertEqual(source, back);
    assertEquals(keys(source), keys(back));
  }

  /** Megatron-Core scales with 8192 positions, and its documents have no word for their number. */
  @Test
  void comesBackFromMegatronWithItsPositionsScaledAsTheyWere() throws IOException {
    Path source = huggingFace("llama3-rope-tied");
    Path root = Order.of(source, folder.resolve("m")).to(new TargetFormat("megatron")).done();
    Path back = Order.of(root, folder.resolve("b")).to(TargetFormat.HUGGING_FACE).done();
    assertEquals(keys(source), keys(back));
  }

  @Test
  void aNameThatTheTensorsDoNotBearOutIsRefused() throws IOException {
    Path source = with("llama", "LlamaForCausalLM", "LlamaModel");
    assertRefused(Kind.INPUT, "matches tensor 'lm_head.weight'", source);
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
