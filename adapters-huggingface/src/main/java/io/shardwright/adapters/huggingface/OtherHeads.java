package io.shardwright.adapters.huggingface;

import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.config.ConfigKey;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Classes of transformers that have a decoder of a class with an output layer, and none themselves
 * (transformers 5.24.0, {@code modeling_layers.py}): {@code …Model} alone, whose names lack the
 * module's before all others, and {@code …ForSequenceClassification} with a linear layer that has
 * no bias. Megatron-Core's models hold as many parameters where words and output layer are shared.
 */
enum OtherHeads {
  /** The decoder alone. */
  NONE("Model") {
    @Override
    ParameterTable names(ParameterTable whole, String module) {
      return whole.within(module, "");
    }
  },

  /** A score for each label. */
  LABELS("ForSequenceClassification") {
    @Override
    ParameterTable names(ParameterTable whole, String module) {
      return whole
          .within(module, module)
          .and(ParameterTable.of(ParameterRule.replicated("score.weight")));
    }
  };

  private static final List<String> CAUSAL = List.of("ForCausalLM", "LMHeadModel");
  private static final String TIED = "share_embeddings_and_output_weights";

  private final String ending;

  OtherHeads(String ending) {
    this.ending = ending;
  }

  abstract ParameterTable names(ParameterTable whole, String module);

  /** The names of a class with an output layer whose decoder a class of another name has. */
  static Stream<String> causal(String architecture) {
    return of(architecture).stream()
        .flatMap(head -> CAUSAL.stream().map(head.base(architecture)::concat));
  }

  /**
   * A class of another name.
   *
   * @param causal that with an output layer
   */
  static HuggingFaceModel like(HuggingFaceModel causal, String architecture) {
    OtherHeads head = of(architecture).orElseThrow();
    var dialect =
        causal
            .dialect()
            .with(ConfigKey.means(TIED, "true"))
            .ignoring("tie_word_embeddings", "num_labels", "problem_type");
    return HuggingFaceModel.of(causal.modelType(), architecture)
        .refines(causal.architecture())
        .restores(causal.restores())
        .namings(causal.namings().toArray(Naming[]::new))
        .base(causal.base())
        .dialect(dialect)
        .names(head.names(causal.names(), module(causal)))
        .variant(causal.variant())
        .picks(List.of(new Condition(TIED, List.of("never"), false)))
        .build();
  }

  /** The module that holds the decoder. */
  private static String module(HuggingFaceModel causal) {
    String first = causal.names().rules().get(0).pattern();
    return first.substring(0, first.indexOf('.') + 1);
  }

  private static Optional<OtherHeads> of(String architecture) {
    return List.of(LABELS, NONE).stream()
        .filter(head -> architecture.endsWith(head.ending))
        .findFirst();
  }

  private String base(String architecture) {
    return architecture.substring(0, architecture.length() - ending.length());
  }
}
