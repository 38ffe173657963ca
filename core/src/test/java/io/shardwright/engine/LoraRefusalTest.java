package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters that change more than products do, or do not fit their model. */
class LoraRefusalTest extends PeftAdapters {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"use_dora\": false | \"use_dora\": true | 'use_dora' is true",
        "\"bias\": \"none\" | \"bias\": \"all\" | 'bias' is 'all'",
        "\"peft_type\": \"LORA\" | \"peft_type\": \"IA3\" | peft_type is 'IA3', expected LORA",
        "\"init_lora_weights\": true | \"init_lora_weights\": \"pissa_niter_4\" | 'pissa_niter_4'",
        "\"modules_to_save\": null | \"modules_to_save\": [\"lm_head\"] | 'modules_to_save' is a"
            + " list",
        "\"layer_replication\": null | \"layer_replication\": [[0, 2]] | 'layer_replication' is"
            + " a list",
        "\"use_dora\": false | \"use_newer\": {\"a\": 1} | 'use_newer' is a map",
        "\"lora_alpha\": 8 | \"lora_alpha\": null | lora_alpha is null, expected a number",
        "\"r\": 4 | \"r\": 0 | r is 0, expected a whole number over 0",
        "\"r\": 4 | \"r\": 5 | expected [5, 48]: r is 5",
        "\"q_proj\": 2 | \"(a+)+q_proj\": 2 | too wide a pattern",
        "\"q_proj\": 2 | \"(q_proj\": 2 | too wide a pattern"
      })
  void refusesAConfigurationThatMeansMore(String part, String by, String reason)
      throws IOException {
    Path lora = adapter("llama");
    edit(lora.resolve(ADAPTER_CONFIG), part, by);
    assertRefused(Kind.INPUT, reason, huggingFace("llama"), order -> order.lora(lora));
  }

  @ParameterizedTest
  @CsvSource({
    "q_proj.lora_A, q_proj.lora_C, lora_C.weight' is not lora_A or lora_B of a linear layer",
    "q_proj.lora_A, x_proj.lora_A, x_proj' has [lora_A] alone"
  })
  void refusesTensorsThatAreNoPairs(String part, String by, String reason) throws IOException {
    Path lora = adapter("llama");
    rename(lora.resolve(ADAPTER_WEIGHTS), part, by);
    assertRefused(Kind.INPUT, reason, huggingFace("llama"), order -> order.lora(lora));
  }

  /** Renames within the header, which keeps its length. */
  private static void rename(Path file, String part, String by) throws IOException {
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    int at = text.indexOf(part);
    String changed = text.substring(0, at) + by + text.substring(at + part.length());
    Files.writeString(file, changed, StandardCharsets.ISO_8859_1);
  }

  @Test
  void saysWhichVersionsOfPeftDiffer() throws IOException {
    Path lora = adapter("llama");
    edit(lora.resolve(ADAPTER_CONFIG), "\"mlp.up_proj\": 24", "\"up_proj\": 24");
    assertRefused(
        Kind.INPUT,
        "differently by different versions of peft",
        huggingFace("llama"),
        order -> order.lora(lora));
  }

  @Test
  void namesAllThatTheModelLacks() throws IOException {
    assertRefused(
        Kind.PLAN,
        "'transformer.h.0.attn.c_attn', 'transformer.h.0.attn.c_proj', 'transformer.h.0.mlp.c_fc'"
            + " and 1 more: changed by adapter-gpt2, not in the model",
        huggingFace("mistral"),
        order -> order.lora(adapter("gpt2")));
  }

  @Test
  void saysEveryShapeThatDoesNotFit() throws IOException {
    assertRefused(
        Kind.PLAN,
        "shape [4, 32], expected [4, 64]",
        llama("tiny-llama-gqa"),
        order -> order.lora(adapter("llama")));
    Path gpt = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    Path lora = archive("lora-mcore-tp1");
    assertRefused(Kind.PLAN, "expected factors of [192, 64]", gpt, order -> order.lora(lora));
  }

  @ParameterizedTest
  @CsvSource({
    "ia3-mcore-tp1, peft.peft_scheme 'ia3'",
    "ptuning-mcore-tp1, peft.peft_scheme 'ptuning'",
    "adapter-legacy-tp1, peft.peft_scheme 'adapter'"
  })
  void refusesOtherAdapters(String name, String reason) throws IOException {
    Path base = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    assertRefused(Kind.PLAN, reason, base, order -> order.lora(archive(name)));
  }

  @Test
  void refusesWhatAnAdapterHoldsBesideItsFactors() throws IOException {
    Path base = Checkpoints.copy("llama-mha-legacy-tp1.nemo", folder);
    assertRefused(
        Kind.PLAN,
        "position_embeddings.weight'",
        base,
        order -> order.lora(archive("lora-legacy-tied-add")));
  }

  @Test
  void refusesAModelThatIsAnAdapterItself() throws IOException {
    assertRefused(
        Kind.PLAN,
        "whose weight is not in the model",
        archive("lora-mcore-tp2"),
        order -> order.lora(archive("lora-mcore-tp1")));
  }

  @Test
  void namesTheFactorsAsTheAdaptersFileSpellsThem() throws IOException {
    assertRefused(
        Kind.PLAN,
        "'model.decoder.layers.0.self_attention.adapter_layer.lora_kqv_adapter.linear_in.weight'",
        archive("lora-mcore-tp2"),
        order -> order.lora(archive("lora-mcore-tp1")));
  }

  @Test
  void refusesAnAdapterThatIsAModel() throws IOException {
    Path base = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    assertRefused(
        Kind.PLAN, "peft.peft_scheme 'none', expected lora", base, order -> order.lora(base));
    Path model = huggingFace("llama");
    assertRefused(Kind.INPUT, "SW-109", base, order -> order.lora(model));
    assertRefused(Kind.INPUT, "SW-101", base, order -> order.lora(folder.resolve("nowhere.nemo")));
  }

  @Test
  void refusesTargetsThatAreNotDescribed() throws IOException {
    Path base = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Path lora = archive("lora-mcore-tp1");
    assertRefused(
        Kind.INPUT,
        "written as they are stored",
        base,
        order -> order.lora(lora).to(TargetFormat.SAFETENSORS));
  }

  @Test
  void refusesATrainingWhoseOptimizerWouldBeOutdated() throws IOException {
    Path training = Path.of("../core/src/test/resources/lightning/ckpt-gpt-tp1");
    Path out = folder.resolve("training");
    Order.of(training, out)
        .lora(archive("lora-mcore-tp1"))
        .tried()
        .assertRefused(Kind.INPUT, "optimizer would keep the old weights");
    assertTrue(Files.notExists(out));
  }

  @Test
  void refusesADamagedAdapter() throws IOException {
    Path lora = archive("lora-legacy-tp1");
    byte[] bytes = Files.readAllBytes(lora);
    // The first storage's bytes begin after the zip's first entries; all that differ are values.
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("data/0");
    bytes[at + 120] ^= 1;
    Files.write(lora, bytes);
    Path base = Checkpoints.copy("llama-mha-legacy-tp1.nemo", folder);
    assertRefused(Kind.INPUT, "SW-108", base, order -> order.lora(lora));
  }

  @Test
  void inspectsAFolderOfPeft() throws IOException {
    Path lora = adapter("llama");
    try (var checkpoint = Checkpoints.SHARDWRIGHT.open(lora)) {
      assertEquals("huggingface-peft", checkpoint.summary().format());
    }
    Attempt.open(lora).assertDone("lora");
    Attempt.verify(folder.resolve("adapter-llama")).assertDone();
  }

  @Test
  void refusesToConvertAnAdapterAlone() throws IOException {
    Order.of(adapter("llama"), folder.resolve("out.nemo"))
        .to(TargetFormat.NEMO)
        .tried()
        .assertRefused(Kind.INPUT, "and the adapter with lora");
  }
}
