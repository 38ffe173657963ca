package io.shardwright.adapters.megatron;

import static io.shardwright.adapters.megatron.GoldenDocuments.DIALECTS;
import static io.shardwright.adapters.megatron.GoldenDocuments.arguments;
import static io.shardwright.adapters.megatron.GoldenDocuments.base;
import static io.shardwright.adapters.megatron.GoldenDocuments.facts;
import static io.shardwright.adapters.megatron.GoldenDocuments.read;
import static io.shardwright.adapters.megatron.GoldenDocuments.section;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.format.CoreVersion;
import io.shardwright.spi.tensor.DType;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What the arguments of Megatron-LM's releases say in ways of their own. */
class ArgumentsTest {
  /** Megatron-Core 0.16 adds the end of a text to the size, 0.19 does not. */
  @Test
  void saysTheSizeOfTheVocabularyAsEachReleaseCountsIt() {
    for (int minor : new int[] {16, 19}) {
      var core = new CoreVersion(0, minor);
      var facts =
          new Facts(
              base(),
              DType.FLOAT32,
              OptionalLong.of(300),
              OptionalLong.of(384),
              "a.nemo",
              core,
              DIALECTS);
      Obj args = Arguments.write(facts, 1, 0);
      long said = minor == 16 ? 299 : 300;
      assertEquals(Optional.of(Num.of(said)), args.get("vocab_size"));
      assertEquals(OptionalLong.of(300), Arguments.of(args).orElseThrow().vocabulary());
    }
  }

  @Test
  void namesTheOptionsThatMegatronLmDoesNotTakeFromAFolder() {
    Configuration config =
        read(RunConfig.of(section("model-nemotron.yaml")).orElseThrow())
            .with("window_size", "[127, 0]");
    Obj args = Arguments.write(facts(config, OptionalLong.empty(), 320), 1, 0);
    assertEquals(
        "--bf16 --make-vocab-size-divisible-by 64 --apply-layernorm-1p --window-size 127,0"
            + " --init-method-std 0.0134",
        Arguments.flags(args, config.with("make_vocab_size_divisible_by", "64"))
            .replaceFirst("--init-method-std 0\\.[0-9]+", "--init-method-std 0.0134"));
  }

  @Test
  void readsWhatOlderReleasesSay() {
    Obj args = arguments().copy();
    args.fields().remove("layernorm_epsilon");
    args.fields().remove("layernorm_zero_centered_gamma");
    args.fields().remove("add_bias_linear");
    args.put("norm_epsilon", new Num("1e-06"));
    args.put("apply_layernorm_1p", new JsonValue.Bool(true));
    args.put("normalization", new JsonValue.Str("LayerNorm"));
    args.put("disable_bias_linear", new JsonValue.Bool(false));
    Configuration config = read(Arguments.of(args).orElseThrow());
    assertEquals(Optional.of("layernorm1p"), config.text("normalization"));
    assertEquals(Optional.of("1.0e-06"), config.text("layernorm_epsilon"));
    assertTrue(config.flag("bias"));
  }
}
