package io.shardwright.spi.format;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.Dialects;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a format of models is written: a folder of files of tensors, and documents. The engine asks
 * in the order of the methods here: for the class while it plans, for the files when it knows the
 * tensors, for the documents when the plan is complete.
 */
public interface ModelLayout {
  /**
   * The documents of a target.
   *
   * @param files bytes by name, none of them a name of {@link #shards}
   * @param means what a reader takes from them as the model's configuration; the engine holds the
   *     tensors' shapes against it
   */
  record Documents(Map<String, byte[]> files, Configuration means) {}

  /** What tensors are put into. */
  enum Container {
    /** Safetensors files, as {@link #shards} shares them out. */
    SAFETENSORS,
    /**
     * Items of a distributed checkpoint of PyTorch, each a whole tensor; the engine names files.
     */
    ITEMS
  }

  /**
   * What tensors are put into.
   *
   * @return safetensors files unless an implementation says otherwise
   */
  default Container container() {
    return Container.SAFETENSORS;
  }

  /**
   * What a target keeps of a model besides its weights.
   *
   * @return {@link Keeps#ARCHITECTURE}, and {@link Keeps#TOKENIZER} if it can be given one; the
   *     engine has no way yet to hand the others to a plug-in
   */
  Set<Keeps> keeps();

  /**
   * The class of the document that a model once came from.
   *
   * @param origin what {@link StoredModel.Builder#origin} kept
   * @param classes those of the model's family
   * @return the class that the document names; empty if it is another one
   */
  Optional<HuggingFaceModel> classOf(Obj origin, List<HuggingFaceModel> classes);

  /**
   * Refuses a configuration that the documents can't express.
   *
   * @param config the whole configuration of the model
   * @param wanted the class to write
   * @param dialects what writes documents by their tables
   * @param where the model, for messages
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException naming every such key
   */
  void require(Configuration config, HuggingFaceModel wanted, Dialects dialects, String where);

  /**
   * Shares tensors out over safetensors files, where the container is that.
   *
   * @param tensors in the model's order
   * @param maxBytes of tensors that a file should hold; one that is larger stands alone
   * @return file names in order, with their tensors; each tensor once
   */
  Map<String, List<TensorSpec>> shards(List<TensorSpec> tensors, long maxBytes);

  /**
   * Writes the documents.
   *
   * @param model what is written
   * @return every file that holds no tensors
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException if they can't express the model
   */
  Documents documents(WantedShards model);
}
