package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.DistributedSet;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.TokenizerFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A folder of NeMo 2 (v2.0.0, {@code nemo/lightning/io/mixin.py} and {@code
 * nemo/lightning/pytorch/callbacks/model_checkpoint.py}). Betas have no folder for the weights.
 */
record Nemo2Folder(StoredFiles files) implements ModelSide {
  private static final String CONTEXT = "context";
  private static final String WEIGHTS = "weights";
  private static final String MODEL = "model.yaml";
  private static final String IO = "io.json";

  /** Keys of a tokenizer that name a file or folder in the context. */
  private static final List<String> PLACES =
      List.of("tokenizer.pretrained_model_name", "tokenizer.model_path");

  static boolean is(StoredFiles folder) {
    if (!folder.folders().contains(CONTEXT)) {
      return false;
    }
    var said = folder.folder(CONTEXT).files();
    StoredFiles weights = new Nemo2Folder(folder).weights();
    var names = weights.files();
    boolean there =
        names.contains(".metadata")
            || names.stream().anyMatch(n -> n.endsWith(".distcp"))
            || Iteration.isOfArrays(weights);
    return there && (said.contains(MODEL) || said.contains(IO));
  }

  /**
   * The folder of the weights, which is whole.
   *
   * @throws UnsupportedCheckpointException if they are arrays of zarr
   */
  StoredFiles wholeWeights() {
    if (Iteration.isOfArrays(weights())) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          weights().name(),
          "contains zarr arrays, which can be read only as tensors: open that folder itself, or"
              + " save the model again as torch_dist");
    }
    return Iteration.whole(weights());
  }

  StoredFiles weights() {
    return files.folders().contains(WEIGHTS) ? files.folder(WEIGHTS) : files;
  }

  private StoredFiles context() {
    return files.folder(CONTEXT);
  }

  /** What NeMo itself loads, else what it writes beside that for people. */
  private Obj model() {
    return context().files().contains(IO)
        ? new FiddleJson(context().json(IO), context().name() + "/" + IO).model()
        : context().yaml(MODEL);
  }

  @Override
  public Optional<ModelDocument> document(DistributedSet set) {
    String name = context().files().contains(IO) ? IO : MODEL;
    return Nemo2Document.of(model(), CONTEXT + "/" + name);
  }

  @Override
  public Optional<TokenizerFiles> tokenizer() {
    var document = new DialectDocument(model());
    return PLACES.stream()
        .flatMap(key -> document.text(key).stream())
        .flatMap(place -> in(context(), place).stream())
        .findFirst()
        .map(TokenizerFiles::new);
  }

  /** The folder that a name means, or the one that has the file; a name of the hub is neither. */
  private static Optional<StoredFiles> in(StoredFiles context, String place) {
    var parts = new ArrayList<>(List.of(place.split("/")));
    StoredFiles folder = context;
    while (!parts.isEmpty() && folder.folders().contains(parts.get(0))) {
      folder = folder.folder(parts.remove(0));
    }
    boolean file = parts.size() == 1 && folder.files().contains(parts.get(0));
    return Optional.of(folder).filter(found -> parts.isEmpty() || file);
  }

  @Override
  public List<String> notes() {
    if (!context().files().contains(IO) || !context().files().contains(MODEL)) {
      return List.of();
    }
    var differences = Nemo2Document.differences(model(), context().yaml(MODEL));
    return differences.isEmpty()
        ? List.of()
        : List.of(
            "what "
                + IO
                + " says is read, as NeMo does; "
                + MODEL
                + " says otherwise: "
                + String.join(", ", differences));
  }
}
