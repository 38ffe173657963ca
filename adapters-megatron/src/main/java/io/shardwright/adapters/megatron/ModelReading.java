package io.shardwright.adapters.megatron;

import io.shardwright.adapters.huggingface.HuggingFaceFormat;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.dialect.DialectReading;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import io.shardwright.spi.format.StoredModel.Artifact;
import io.shardwright.spi.format.StoredModel.Origin;
import io.shardwright.spi.format.TokenizerFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Reads what an iteration's document says of the model.
 *
 * @param tokenizer that is beside it
 * @param held the names of the iteration's tensors
 * @param notes are told what a user should know
 */
record ModelReading(
    StoredFiles files,
    Optional<TokenizerFiles> tokenizer,
    KnownModels models,
    Set<String> held,
    List<String> notes) {
  private static final String PADDED = "padded_vocab_size";

  /**
   * Says what the model is, if there is a document that says it and a family that knows it. What
   * the user gave comes first.
   *
   * @param found the document
   * @param rows of the vocabulary that are stored, and over how many ranks they are cut
   * @param cut adds to the configuration what the tensors are cut for
   */
  void describe(
      Supplier<Optional<ModelDocument>> found,
      LongFunction<Vocabulary.Stored> rows,
      UnaryOperator<Configuration> cut,
      StoredModel.Builder built) {
    try {
      var huggingFace = givenAsHuggingFace();
      var given = models.canonical().or(() -> huggingFace).map(models::inMegatron);
      if (given.isPresent()) {
        var origin = models.given().filter(document -> huggingFace.isPresent());
        given(
            given.get(),
            origin.map(document -> new Origin(document.values(), Map.of())),
            rows,
            cut,
            built);
        return;
      }
      models
          .given()
          .flatMap(GivenDocument::of)
          .or(found)
          .ifPresent(document -> describe(document, rows.apply(document.ranks()), cut, built));
    } catch (UnsafeCheckpointException unsafe) {
      throw unsafe;
    } catch (CheckpointException unknown) {
      built.unknown(unknown);
    }
  }

  private Optional<Configuration> givenAsHuggingFace() {
    return models
        .given()
        .flatMap(
            given -> new HuggingFaceFormat().configuration(models, given.values(), given.name()))
        .map(config -> AheadLayers.asHeld(config, held, notes));
  }

  /**
   * The user's own configuration, but for rows of a vocabulary that was padded otherwise.
   *
   * @param origin a document of transformers', which states the size without padding
   */
  private void given(
      Configuration config,
      Optional<Origin> origin,
      LongFunction<Vocabulary.Stored> rows,
      UnaryOperator<Configuration> cut,
      StoredModel.Builder built) {
    long ranks = config.count(ParallelDimension.TENSOR.configKey(), 1).orElse(1);
    OptionalLong pieces = tokenizer.map(TokenizerFiles::pieces).orElse(OptionalLong.empty());
    OptionalLong size =
        origin
            .map(document -> HuggingFaceFormat.vocabulary(document.config()))
            .orElse(OptionalLong.empty());
    var vocabulary = new Vocabulary(rows.apply(ranks), size, pieces, ranks);
    built.config(cut.apply(vocabulary.in(config))).vocabulary(size, pieces);
    origin.ifPresent(built::origin);
  }

  private void describe(
      ModelDocument document,
      Vocabulary.Stored rows,
      UnaryOperator<Configuration> cut,
      StoredModel.Builder built) {
    String where = files.name() + "/" + document.table().document();
    Configuration base =
        models
            .megatron(document.className())
            .orElseThrow(
                () ->
                    new UnrecognizedCheckpointException(
                        ErrorCode.FAMILY_UNKNOWN,
                        files.name(),
                        "no family knows the model of class '" + document.className() + "'"));
    DialectReading read = document.read(models.dialects(), base, where);
    notes.addAll(read.notes());
    notes.addAll(paddedOtherwise(document, rows));
    Configuration said = read.apply(base, where).with("precision", document.precision());
    Configuration config =
        new Kept(document.kept())
            .huggingFaceBeside()
            .map(kept -> MegatronKeys.asConverted(said, new DialectDocument(kept)))
            .orElse(said);
    OptionalLong pieces = tokenizer.map(TokenizerFiles::pieces).orElse(OptionalLong.empty());
    var vocabulary = new Vocabulary(rows, document.vocabulary(), pieces, document.ranks());
    Configuration whole = cut.apply(vocabulary.in(config));
    built.config(withTokenizer(whole, built)).vocabulary(document.vocabulary(), pieces);
    origin(document).ifPresent(built::origin);
  }

  private static List<String> paddedOtherwise(ModelDocument document, Vocabulary.Stored rows) {
    OptionalLong said = document.model().get(PADDED).orElse(Null.NULL).asLong();
    return said.isPresent() && rows.rows().isPresent() && !said.equals(rows.rows())
        ? List.of(
            PADDED
                + " is "
                + said.getAsLong()
                + ", and the embedding has "
                + rows.rows().getAsLong()
                + " rows, which are used")
        : List.of();
  }

  private Configuration withTokenizer(Configuration config, StoredModel.Builder built) {
    var artifacts = new ArrayList<Artifact>();
    Configuration whole = tokenizer.map(side -> side.tokenizer(config, artifacts)).orElse(config);
    artifacts.forEach(built::artifact);
    return whole;
  }

  /** What has no place in NeMo's configuration: the true size, and the tokenizer's texts. */
  private Optional<Origin> origin(ModelDocument document) {
    Obj said = document.kept().copy();
    Kept.iteration(said, Iteration.number(Iteration.own(files.name())));
    new Kept(said)
        .huggingFaceBeside()
        .ifPresent(config -> said.put(HuggingFaceFormat.ORIGIN, config));
    document.vocabulary().ifPresent(size -> said.put("vocab_size", Num.of(size)));
    return tokenizer
        .map(side -> side.origin(said, notes))
        .or(() -> Optional.of(new Origin(said, Map.of())))
        .filter(origin -> !said.fields().isEmpty() || !origin.files().isEmpty());
  }
}
