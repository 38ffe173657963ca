package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.dialect.DialectReading;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.format.DistributedSet;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import io.shardwright.spi.format.StoredModel.Artifact;
import io.shardwright.spi.format.StoredModel.Origin;
import io.shardwright.spi.format.StoredModel.Weights;
import io.shardwright.spi.format.TokenizerFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads an iteration: its tensors, and what its document says of the model. */
final class IterationReading {
  private static final String WINDOW = "window_size";

  private final StoredFiles files;
  private final ModelSide side;
  private final KnownModels models;
  private final DistributedSet set;
  private final List<String> notes = new ArrayList<>();

  IterationReading(StoredFiles files, KnownModels models) {
    this(files, new IterationSide(files), models);
  }

  /** Weights that something else than an iteration's folder says the model of. */
  IterationReading(StoredFiles files, ModelSide side, KnownModels models) {
    this.files = files;
    this.side = side;
    this.models = models;
    this.set = files.distributed();
  }

  StoredModel read() {
    return read(List.of());
  }

  /** With notes on how it was chosen. */
  StoredModel read(List<String> before) {
    notes.addAll(before);
    notes.addAll(Integrity.of(files));
    notes.addAll(Leftovers.notes(set.objects()));
    notes.addAll(side.notes());
    var built = StoredModel.of(new Weights(set, set.tensors()));
    try {
      side.document(set).ifPresent(document -> describe(document, built));
    } catch (UnsafeCheckpointException unsafe) {
      throw unsafe;
    } catch (CheckpointException unknown) {
      built.unknown(unknown);
    }
    return built.notes(notes).build();
  }

  private void describe(ModelDocument document, StoredModel.Builder built) {
    String where = files.name() + "/" + document.dialect().document();
    Configuration base =
        models
            .megatron(document.className())
            .orElseThrow(
                () ->
                    new UnrecognizedCheckpointException(
                        ErrorCode.FAMILY_UNKNOWN,
                        files.name(),
                        "no family knows the model of class '" + document.className() + "'"));
    DialectReading read =
        models
            .dialects()
            .read(new DialectDocument(document.model()), document.dialect(), base)
            .rows()
            .requireSound(where);
    notes.addAll(read.notes());
    Configuration config = read.apply(base, where).with("precision", document.precision());
    var rows = Vocabulary.rows(set.tensors());
    OptionalLong pieces = side.tokenizer().map(TokenizerFiles::pieces).orElse(OptionalLong.empty());
    var vocabulary = new Vocabulary(rows, document.vocabulary(), pieces, document.ranks());
    Configuration whole = vocabulary.in(config);
    built
        .config(
            withTokenizer(document.window().map(of -> whole.with(WINDOW, of)).orElse(whole), built))
        .vocabulary(document.vocabulary(), pieces);
    origin(document).ifPresent(built::origin);
  }

  private Configuration withTokenizer(Configuration config, StoredModel.Builder built) {
    var artifacts = new ArrayList<Artifact>();
    Configuration whole =
        side.tokenizer().map(held -> held.tokenizer(config, artifacts, notes)).orElse(config);
    artifacts.forEach(built::artifact);
    return whole;
  }

  /** What has no place in NeMo's configuration: the true size, and the tokenizer's texts. */
  private Optional<Origin> origin(ModelDocument document) {
    Obj said = Obj.empty();
    document.vocabulary().ifPresent(size -> said.put("vocab_size", Num.of(size)));
    return side.tokenizer()
        .map(held -> held.origin(said, notes))
        .or(() -> Optional.of(new Origin(said, Map.of())))
        .filter(origin -> !said.fields().isEmpty() || !origin.files().isEmpty());
  }
}
