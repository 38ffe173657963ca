package io.shardwright.adapters.huggingface;

import com.google.auto.service.AutoService;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.format.DistributedSet;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.ModelFormat;
import io.shardwright.spi.format.ModelLayout;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** A folder as {@code save_pretrained} of transformers writes it. */
@AutoService(ModelFormat.class)
public final class HuggingFaceFormat implements ModelFormat {
  /** The document that says what the model is. */
  /** Under which another format keeps the {@code config.json} that a model came with. */
  public static final String ORIGIN = "huggingface_config";

  static final String CONFIG = "config.json";

  static final String SAFETENSORS = "model.safetensors";

  /** What the name of an index has after that of the file whose parts it lists. */
  static final String INDEX = ".index.json";

  private static final String TORCH = "pytorch_model.bin";

  @Override
  public String id() {
    return "huggingface";
  }

  @Override
  public boolean recognizes(StoredFiles files) {
    return files.isFolder()
        && files.files().contains(CONFIG)
        && !weightSets(files.files()).isEmpty();
  }

  /**
   * The sets of weights, each of which holds the whole model, in the order in which transformers
   * takes them (5.24.0, {@code modeling_utils.py}).
   */
  static List<String> weightSets(Set<String> files) {
    return Stream.of(SAFETENSORS, SAFETENSORS + INDEX, TORCH, TORCH + INDEX)
        .filter(files::contains)
        .toList();
  }

  @Override
  public StoredModel read(StoredFiles files, KnownModels models) {
    return FolderReading.read(files, models);
  }

  /**
   * Reads a model whose tensors are in a container of another format, under the names that
   * transformers gives them behind any others.
   *
   * @param files what may lie beside the container, such as a tokenizer
   * @param models the classes that families declare
   * @param config as {@code config.json} says it
   * @param where it is said, for messages
   * @param held all tensors that the container holds
   * @param notes sentences for the user that come first
   * @return the model with an optimizer of PyTorch, without other tensors beside it
   * @throws io.shardwright.spi.error.UnrecognizedCheckpointException if no family knows the model
   */
  public StoredModel read(
      StoredFiles files,
      KnownModels models,
      Obj config,
      String where,
      DistributedSet held,
      List<String> notes) {
    return FolderReading.read(files, models, config, where, held, notes);
  }

  /**
   * Reads a configuration whose tensors have Megatron's names.
   *
   * @param models the classes that families declare
   * @param config as {@code config.json} says it
   * @param where it is said, for messages
   * @return the model's configuration; empty where no family knows the class
   */
  public Optional<Configuration> configuration(KnownModels models, Obj config, String where) {
    var document = new DialectDocument(config);
    return ClassMatch.find(models.classes(), document)
        .map(
            model ->
                new ConfigJson(model, models.dialects())
                    .read(document, where)
                    .apply(models.base(model), where)
                    .with("target", model.restores()));
  }

  /**
   * Finds the {@code config.json} from which a model once came.
   *
   * @param origin what travels with a model: the document, or what another format kept beside it
   * @return the document; empty where it came from elsewhere
   */
  public static Optional<Obj> document(Obj origin) {
    Optional<Obj> beside = origin.get(ORIGIN).filter(Obj.class::isInstance).map(Obj.class::cast);
    return beside.or(
        () ->
            Optional.of(origin)
                .filter(own -> ClassMatch.architecture(new DialectDocument(own)).isPresent()));
  }

  /**
   * Reads how many words a model knows.
   *
   * @param config as {@code config.json} says it
   * @return the rows of its embedding without padding; empty where it doesn't say
   */
  public static OptionalLong vocabulary(Obj config) {
    return new FolderVocabulary(new DialectDocument(config)).size();
  }

  @Override
  public Optional<ModelLayout> layout() {
    return Optional.of(new FolderLayout());
  }
}
