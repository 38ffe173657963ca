package io.shardwright.adapters.megatron;

import io.shardwright.adapters.huggingface.HuggingFaceFormat;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.TokenizerFiles;
import io.shardwright.spi.format.WantedGrid;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Lays out a root of Megatron-Bridge 0.6.2 with one iteration ({@code
 * megatron/bridge/training/checkpointing.py}).
 */
final class BridgeLayout implements DistributedLayout {
  private static final String BLOCK = "make_vocab_size_divisible_by";

  @Override
  public Set<Keeps> keeps() {
    return Set.of(Keeps.GRID, Keeps.TOKENIZER, Keeps.OPTIMIZER);
  }

  @Override
  public Contents contents(WantedGrid model) {
    var kept = Kept.of(model);
    var facts = Facts.of(model);
    String folder = Iteration.folder(kept.iteration()) + "/";
    Obj document = document(model, facts, kept);
    model.training().ifPresent(own -> document.putAt(RunConfig.SAVES, new Bool(true)));
    var files = new LinkedHashMap<String, byte[]>();
    files.put(folder + IterationSide.RUN_CONFIG, model.yaml(document));
    TokenizerFiles.of(model)
        .forEach((name, bytes) -> files.put(folder + IterationSide.TOKENIZER + "/" + name, bytes));
    byte[] latest = Long.toString(kept.iteration()).getBytes(StandardCharsets.UTF_8);
    files.put(Root.LATEST, latest);
    JsonValue counts = TrainState.write(kept);
    return new TorchDistContents(model, folder)
        .with(
            TorchDistContents.common(kept.iteration(), Optional.empty()),
            files,
            RunConfig.of(document.get(RunConfig.MODEL).orElseThrow()).map(facts::means),
            MegatronKeys.notes(facts.config()))
        .and(Map.of(folder + TrainState.FILE, counts, TrainState.LATEST, counts));
  }

  private static Obj document(WantedGrid model, Facts facts, Kept kept) {
    Obj fresh = RunConfig.write(className(model, kept), facts);
    kept.huggingFace().ifPresent(config -> fresh.put(HuggingFaceFormat.ORIGIN, config));
    Obj renewed =
        kept.renewed(
            Kept.RUN_CONFIG,
            fresh,
            facts,
            whole -> whole.get(RunConfig.MODEL).flatMap(RunConfig::of));
    kept.get(Kept.RUN_CONFIG)
        .flatMap(before -> before.get(RunConfig.MODEL))
        .ifPresent(before -> keepBlock(before, renewed));
    return renewed;
  }

  /** A block that nothing is padded to stays what it was. */
  private static void keepBlock(JsonValue before, Obj renewed) {
    if (before instanceof Obj old
        && renewed.get(RunConfig.MODEL).orElse(null) instanceof Obj model
        && model.get("should_pad_vocab").filter(new Bool(false)::equals).isPresent()) {
      old.get(BLOCK).ifPresent(block -> model.put(BLOCK, block));
    }
  }

  /** The class that made it before, else the family's first. */
  private static String className(WantedGrid model, Kept kept) {
    List<String> classes =
        model.classes().stream()
            .filter(known -> known.kind() == RestoreClass.Kind.MEGATRON)
            .map(RestoreClass::name)
            .filter(name -> !name.equals(Arguments.NAMESPACE))
            .toList();
    return kept.get(Kept.RUN_CONFIG)
        .flatMap(before -> before.get(RunConfig.MODEL))
        .flatMap(RunConfig::of)
        .map(ModelDocument::className)
        .filter(classes::contains)
        .or(() -> classes.stream().findFirst())
        .orElseThrow(
            () ->
                new UnsupportedCheckpointException(
                    ErrorCode.NOT_EXPRESSIBLE,
                    model.source(),
                    "belongs to a family without a class of Megatron-Bridge"));
  }
}
