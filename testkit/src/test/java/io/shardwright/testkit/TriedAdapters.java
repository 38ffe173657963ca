package io.shardwright.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;

/** What is tried on {@link TinyAdapter} and its broken variants. */
abstract class TriedAdapters {
  static final SampleModel PLAIN = SampleModel.of("plain", TinyAdapter.CONFIG);
  static final SampleModel GATED = PLAIN.with("gated", "true");
  static final SampleModel MCORE = PLAIN.with("mcore_gpt", "true");
  static final List<SampleModel> ALL = List.of(PLAIN, GATED, MCORE);
  static final String WHOLE =
      """
      model_weights.ckpt
        float32   [8, 8]           model.embedding.weight
        float32   [8]              model.encoder.layers.0.norm.weight
        float32   [24, 8]          model.encoder.layers.0.qkv.weight
        float32   [8, 8]           model.encoder.layers.0.dense.weight
        float32   [16, 8]          model.encoder.layers.0.up.weight
        float32   [8]              model.encoder.layers.1.norm.weight
        float32   [24, 8]          model.encoder.layers.1.qkv.weight
        float32   [8, 8]           model.encoder.layers.1.dense.weight
        float32   [16, 8]          model.encoder.layers.1.up.weight
        float32   [8]              model.final_norm.weight
      """;
  private static final String TWO_RANKS = rank(0) + rank(1);
  static final SampleModel LISTED = PLAIN.listing(WHOLE).listing(TWO_RANKS);

  @TempDir Path folder;
  private int runs;

  /** The vocabulary of five is padded to eight rows for one rank and for two. */
  private static String rank(int rank) {
    return WHOLE
        .replace("model_weights.ckpt", "mp_rank_0" + rank + "/model_weights.ckpt")
        .replace("[8, 8]           model.emb", "[4, 8]           model.emb")
        .replace("[8, 8]           model.enc", "[8, 4]           model.enc")
        .replace("[24, 8]", "[12, 8]")
        .replace("[16, 8]", "[8, 8]");
  }

  final void assertFound(Supplier<ModelFamilyAdapter> broken, String check, String... parts) {
    assertFound(broken, List.of(LISTED, GATED, MCORE), check, parts);
  }

  final void assertFound(
      Supplier<ModelFamilyAdapter> broken,
      List<SampleModel> samples,
      String check,
      String... parts) {
    var failures = Tried.failures(check, broken, samples, folder.resolve("run" + runs++));
    assertFalse(failures.isEmpty(), check + " is silent");
    String of = String.join("\n", failures);
    for (String part : parts) {
      assertTrue(of.contains(part), "no '" + part + "' in " + of);
    }
  }

  /** An adapter whose older naming has other rows. */
  static Supplier<ModelFamilyAdapter> legacy(UnaryOperator<List<ParameterRule>> change) {
    return () ->
        new TinyAdapter() {
          @Override
          protected ParameterTable legacy() {
            return new ParameterTable(change.apply(new ArrayList<>(super.legacy().rules())));
          }
        };
  }

  static UnaryOperator<List<ParameterRule>> replacing(int index, ParameterRule rule) {
    return rules -> {
      rules.set(index, rule);
      return rules;
    };
  }

  final void assertPasses(
      String check, Supplier<ModelFamilyAdapter> adapter, List<SampleModel> samples) {
    Path own = folder.resolve("run" + runs++);
    assertEquals(List.of(), Tried.failures(check, adapter, samples, own), check);
  }
}
