package io.shardwright.core.internal.job;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.describe.ArchiveLowRank;
import io.shardwright.core.internal.describe.HuggingFaceLowRank;
import io.shardwright.core.internal.describe.LowRankChange;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.open.Families;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.outline.ConfigEdit;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.Keeps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The open LoRA adapter that a request merges into its model. */
record Lora(Optional<ModelSource> source) implements AutoCloseable {
  private static final List<String> KEYS = List.of("peft.peft_scheme", "peft.restore_from_path");

  /** No adapter. */
  static Lora none() {
    return new Lora(Optional.empty());
  }

  /**
   * Opens what a request names: a NeMo archive or folder, or a folder of peft.
   *
   * @throws UnsupportedCheckpointException if the target keeps what merging would outdate
   */
  static Lora of(Resolved resolved) {
    refuseAlone(resolved.source());
    if (resolved.request().lora().isEmpty()) {
      return none();
    }
    Path path = resolved.request().lora().get();
    refuseOutdated(resolved, path);
    ModelSource source = resolved.sources().openAdapter(path, resolved.spoolFolder());
    try {
      source.requireCarriable();
      return new Lora(Optional.of(source));
    } catch (RuntimeException refusal) {
      source.close();
      throw refusal;
    }
  }

  /** Refuses to write an adapter as a model. */
  private static void refuseAlone(ModelSource source) {
    if (source.isAdapter()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          source.name(),
          "is an adapter without its model: give the model as SRC, and the adapter with "
              + Setting.LORA.inText());
    }
  }

  private static void refuseOutdated(Resolved resolved, Path path) {
    boolean optimizer = resolved.keeps(Keeps.OPTIMIZER);
    if (optimizer || resolved.keeps(Keeps.STORED)) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          path.toString(),
          optimizer
              ? "can't be merged into a training, because its optimizer would keep the old weights"
              : "can't be merged into tensors that are written as they are stored");
    }
  }

  /** What it adds to a model. */
  LowRankChange change(ModelDescription base, Resolved resolved) {
    return source.map(adapter -> change(adapter, base, resolved)).orElse(LowRankChange.NONE);
  }

  private static LowRankChange change(
      ModelSource adapter, ModelDescription base, Resolved resolved) {
    if (!adapter.isAdapter()) {
      return ArchiveLowRank.of(describe(adapter, resolved.sources().registry()), base);
    }
    var known = resolved.source().huggingFace().or(() -> fitting(base));
    var names = known.orElseThrow(() -> nameless(adapter, base)).names();
    return HuggingFaceLowRank.of(adapter.name(), base, names, adapter.pairs());
  }

  private static Optional<HuggingFaceModel> fitting(ModelDescription base) {
    return base.family().huggingFaceModels().stream()
        .filter(model -> model.fits(base.config()))
        .findFirst();
  }

  private static UnsupportedCheckpointException nameless(
      ModelSource folder, ModelDescription base) {
    return new UnsupportedCheckpointException(
        ErrorCode.NOT_EXPRESSIBLE,
        folder.name(),
        "names a Hugging Face class's modules, and " + base.source() + " has no such class");
  }

  private static ModelDescription describe(ModelSource adapter, AdapterRegistry registry) {
    var family =
        Families.of(adapter, adapter::sourceFiles, registry)
            .orElseThrow(
                () ->
                    new UnrecognizedCheckpointException(
                        ErrorCode.FAMILY_UNKNOWN,
                        adapter.name(),
                        "no family claims the adapter; found "
                            + registry.ids()
                            + ": "
                            + registry.remedy(adapter.config().text("target"))));
    return Families.describe(adapter, family, adapter.sourceFiles());
  }

  /** What a model's configuration says of an adapter does not hold once it is merged. */
  List<ConfigEdit> with(List<ConfigEdit> changes, ModelConfig config) {
    var all = new ArrayList<>(changes);
    for (String key : KEYS) {
      config
          .text(key)
          .filter(value -> source.isPresent() && !value.equals("none"))
          .ifPresent(value -> all.add(new ConfigEdit(key, value, "null")));
    }
    return all;
  }

  /** What a user should know. */
  List<String> notes(int merged) {
    return source.stream()
        .map(adapter -> adapter.name() + " changes " + merged + " weights")
        .toList();
  }

  /** The files that are open. */
  Collection<FileSource> opened() {
    return source.map(ModelSource::opened).orElse(List.of());
  }

  @Override
  public void close() {
    source.ifPresent(ModelSource::close);
  }
}
