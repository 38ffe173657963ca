package io.shardwright.core.internal.job;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.Origin;
import io.shardwright.core.outline.ConfigEdit;
import io.shardwright.spi.ModelConfig.Kind;
import io.shardwright.spi.format.TokenizerFiles;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What NeMo lacks of the tokenizer of a model that was another format's. */
final class TokenizerNotes {
  private static final Set<TargetFormat> NEMO = Set.of(TargetFormat.NEMO, TargetFormat.LIGHTNING);

  private TokenizerNotes() {}

  static List<String> of(Resolved resolved) {
    ModelSource source = resolved.source();
    boolean foreign = !source.packed() && Origin.of(source).isPresent();
    return foreign
            && NEMO.contains(resolved.format())
            && source.config().kind("tokenizer") == Kind.MAP
        ? lacking(resolved)
        : List.of();
  }

  private static List<String> lacking(Resolved resolved) {
    var config = resolved.source().config();
    var given =
        resolved.adoption().changes().stream().map(ConfigEdit::key).collect(Collectors.toSet());
    boolean files =
        TokenizerFiles.TOKENIZER.keySet().stream()
            .anyMatch(key -> given.contains(key) || config.text(key).isPresent());
    if (files) {
      return List.of();
    }
    if (config.text("tokenizer.library").filter("huggingface"::equals).isPresent()) {
      return List.of("NeMo loads this tokenizer by name: set tokenizer.type to its location");
    }
    return resolved.source().huggingFace().isPresent()
        ? List.of("the folder has no tokenizer: add one before NeMo loads the model")
        : List.of();
  }
}
