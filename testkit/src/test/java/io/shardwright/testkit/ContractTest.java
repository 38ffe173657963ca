package io.shardwright.testkit;

import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What can be wrong besides rows is found and named. */
class ContractTest extends TriedAdapters {
  @Test
  void findsState() {
    var calls = new AtomicInteger();
    assertFound(
        () ->
            new TinyAdapter() {
              private int asked;

              @Override
              public boolean describes(ModelConfig config) {
                return super.describes(config) && asked++ < 3;
              }
            },
        "answersAreAlwaysTheSame",
        "keep no state in fields");
    assertFound(
        () ->
            new TinyAdapter() {
              @Override
              public List<RestoreClass> restoreClasses() {
                return List.of(RestoreClass.nemo("a.B" + calls.incrementAndGet()));
              }
            },
        "answersAreAlwaysTheSame",
        "the adapter answers differently");
  }

  @Test
  void findsWhatThrowsForOddConfigurationsOrClaimsThem() {
    assertFound(
        () ->
            new TinyAdapter() {
              @Override
              public boolean describes(ModelConfig config) {
                return Integer.parseInt(config.text("num_layers").orElse("2")) == 2;
              }
            },
        "oddConfigurationsAreAnswered",
        "with every key '' the adapter throws java.lang.NumberFormatException",
        "describes() is true for an empty configuration");
  }

  @Test
  void findsNamesThatAreNotWellFormed() {
    assertFound(
        () ->
            new TinyAdapter() {
              @Override
              public String id() {
                return "Tiny Adapter";
              }
            },
        "namesAreWellFormed",
        "id() is 'Tiny Adapter': return lower-case letters");
    assertFound(
        () ->
            new TinyAdapter() {
              @Override
              public List<RestoreClass> restoreClasses() {
                return List.of(RestoreClass.nemo("TinyModel"), RestoreClass.nemo("TinyModel"));
              }
            },
        "namesAreWellFormed",
        "names a class twice",
        "spell it as 'target:' or '_target_' does",
        "TinyForCausalLM becomes some.module.TinyModel, which restoreClasses() does not name");
  }

  @Test
  void findsDimensionsThatNoSampleHasAndOnesThatAreWrong() {
    var odd =
        PLAIN.with("num_layers", "3").with("num_attention_heads", "3").with("hidden_size", "6");
    assertFound(
        TinyAdapter::new,
        List.of(odd),
        "everyParallelDimensionIsUsed",
        "parallelism() allows TP 2, PP 1 and no sample can be cut so",
        "num_layers=3 is not divisible by pipeline_model_parallel_size=2");
    Supplier<ModelFamilyAdapter> limited =
        () ->
            new TinyAdapter() {
              @Override
              public SupportedParallelism parallelism() {
                return SupportedParallelism.of(ParallelDimension.TENSOR);
              }
            };
    assertPasses("limitsAreKept", limited, ALL);
    assertPasses("everyParallelDimensionIsUsed", limited, ALL);
    assertPasses("cuttingAndMergingGivesEveryBitBack", limited, ALL);
  }

  @Test
  void findsHuggingFaceNamesThatAreMissingDoubleOrWrong() {
    assertFound(
        huggingFace(7, replicated("h.*.ln.weight").of("encoder.layers.*.norm.weight")),
        "classesNameTheSameTensors",
        "TinyForCausalLM names 'h.*.ln.weight' twice",
        "TinyForCausalLM has no name for 'final_norm.weight'");
    assertFound(
        huggingFace(
            3,
            column("h.*.v.weight")
                .of("encoder.layers.*.linear_qkv.weight")
                .groupedQkv()
                .part(1, 1, 2)),
        "theWayToHuggingFaceGivesEveryBitBack",
        "no sample becomes a TinyForCausalLM and comes back",
        "omit a part of it");
    assertFound(
        huggingFace(6, replicated("h.*.ln.weight").of("encoder.layers.*.norm.wight")),
        "classesNameTheSameTensors",
        "has no 'encoder.layers.*.norm.wight', which TinyForCausalLM names");
    assertFound(
        TinyAdapter::new,
        List.of(GATED),
        "classesNameTheSameTensors",
        "no sample is a TinyForCausalLM: add one that its picks fit");
  }

  private static Supplier<ModelFamilyAdapter> huggingFace(int index, ParameterRule rule) {
    return () ->
        new TinyAdapter() {
          @Override
          protected ParameterTable huggingFace() {
            return new ParameterTable(
                replacing(index, rule).apply(new ArrayList<>(super.huggingFace().rules())));
          }
        };
  }

  @Test
  void findsAnAdapterThatIsNotRegistered() {
    try {
      FormCheck.discovered(new TinyAdapter());
    } catch (AssertionError failure) {
      assertTrue(failure.getMessage().contains("@AutoService"), failure.getMessage());
      return;
    }
    throw new AssertionError("an adapter without a services file was found");
  }
}
