package io.shardwright.spi.format;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.error.CheckpointException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What a format of models found. Immutable; made by {@link #of} and the builder's methods. */
public final class StoredModel {
  private final Builder parts;

  private StoredModel(Builder parts) {
    this.parts = parts;
  }

  /**
   * A set of tensors that is a whole model.
   *
   * @param from what the engine opened
   * @param tensors those that are the model's, by the names that its class gives them; what a
   *     {@link DistributedSet} has besides is listed and verified
   */
  public record Weights(TensorSet from, Map<String, ? extends ContainedTensor> tensors) {}

  /**
   * A file that the canonical configuration names, such as a tokenizer.
   *
   * @param key the configuration's key; the engine sets it to the file
   * @param file the file's name
   * @param bytes its contents
   */
  public record Artifact(String key, String file, StoredBytes bytes) {}

  /**
   * The part that the canonical configuration can't express. A {@code .nemo} keeps it, so that the
   * conversion back loses nothing.
   *
   * @param config the model's document as it was
   * @param files texts by file name
   */
  public record Origin(Obj config, Map<String, String> files) {}

  /**
   * Begins with the model's tensors.
   *
   * @param first the set that is read
   * @return to be told the rest
   */
  public static Builder of(Weights first) {
    return new Builder(first);
  }

  /**
   * Begins with files of ranks.
   *
   * @param ranks which together hold the model
   * @return to be told the rest
   */
  public static Builder of(StoredRanks ranks) {
    return new Builder(ranks);
  }

  /**
   * The files of ranks.
   *
   * @return empty where each of {@link #sets} is whole
   */
  public Optional<StoredRanks> ranks() {
    return Optional.ofNullable(parts.ranks);
  }

  /**
   * The sets of tensors.
   *
   * @return the one that is read first, the others must hold the same; none for files of ranks
   */
  public List<Weights> sets() {
    return List.copyOf(parts.sets);
  }

  /**
   * The class that the tensors have the names of.
   *
   * @return empty where they have a family's own names, and for an adapter
   */
  public Optional<HuggingFaceModel> model() {
    return Optional.ofNullable(parts.model);
  }

  /**
   * The model's configuration.
   *
   * @return canonical keys; empty for an adapter, and for tensors of which nothing more is known
   */
  public Optional<Configuration> config() {
    return Optional.ofNullable(parts.config);
  }

  /**
   * The true size of the vocabulary.
   *
   * @return as the model's document states it; empty where it doesn't
   */
  public OptionalLong vocabularySize() {
    return parts.vocabularySize;
  }

  /** {@return how many pieces the tokenizer has; empty where there is none} */
  public OptionalLong tokenizerPieces() {
    return parts.tokenizerPieces;
  }

  /** {@return the files that the configuration names, in the order in which they travel} */
  public List<Artifact> artifacts() {
    return List.copyOf(parts.artifacts);
  }

  /**
   * Why it is tensors alone.
   *
   * @return what is thrown where a model is needed; empty where nothing more is known
   */
  public Optional<CheckpointException> unknown() {
    return Optional.ofNullable(parts.unknown);
  }

  /** {@return the part that the canonical configuration can't express; empty if nothing is kept} */
  public Optional<Origin> origin() {
    return Optional.ofNullable(parts.origin);
  }

  /** {@return the products of an adapter; empty for a model} */
  public Optional<LowRankPairs> lowRank() {
    return Optional.ofNullable(parts.lowRank);
  }

  /**
   * What a training needs to go on besides tensors.
   *
   * @return empty where there is nothing but weights
   */
  public Optional<TrainingState> training() {
    return Optional.ofNullable(parts.training);
  }

  /** {@return sentences that a user should know} */
  public List<String> notes() {
    return List.copyOf(parts.notes);
  }

  /** Tells what a format found, part by part. */
  public static final class Builder {
    private final List<Weights> sets = new ArrayList<>();
    private final List<Artifact> artifacts = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private HuggingFaceModel model;
    private Configuration config;
    private OptionalLong vocabularySize = OptionalLong.empty();
    private OptionalLong tokenizerPieces = OptionalLong.empty();
    private Origin origin;
    private LowRankPairs lowRank;
    private CheckpointException unknown;
    private StoredRanks ranks;
    private TrainingState training;

    private Builder(Weights first) {
      sets.add(first);
    }

    private Builder(StoredRanks held) {
      ranks = held;
    }

    /**
     * Adds a set that must hold the same as the first.
     *
     * @param other compared with the first when values are read
     * @return this
     */
    public Builder again(Weights other) {
      sets.add(other);
      return this;
    }

    /**
     * Says what the model is.
     *
     * @param canonical its configuration; unless a {@linkplain #model class} is given too, the
     *     engine finds its family by it
     * @return this
     */
    public Builder config(Configuration canonical) {
      config = canonical;
      return this;
    }

    /**
     * States why there is no configuration, although there is a document.
     *
     * @param why what is thrown where a model is needed
     * @return this
     */
    public Builder unknown(CheckpointException why) {
      unknown = why;
      return this;
    }

    /**
     * Says which class the tensors have the names of.
     *
     * @param known one of {@link KnownModels#classes}
     * @return this
     */
    public Builder model(HuggingFaceModel known) {
      model = known;
      return this;
    }

    /**
     * Says how large the vocabulary is.
     *
     * @param stated its true size, if the document states it
     * @param pieces of the tokenizer, if there is one
     * @return this
     */
    public Builder vocabulary(OptionalLong stated, OptionalLong pieces) {
      vocabularySize = stated;
      tokenizerPieces = pieces;
      return this;
    }

    /**
     * Adds a file that travels with the model.
     *
     * @param artifact the file, and the key that names it
     * @return this
     */
    public Builder artifact(Artifact artifact) {
      artifacts.add(artifact);
      return this;
    }

    /**
     * Keeps the part that the canonical configuration can't express.
     *
     * @param kept the document and further texts
     * @return this
     */
    public Builder origin(Origin kept) {
      origin = kept;
      return this;
    }

    /**
     * Says that it is an adapter without its model.
     *
     * @param pairs its products
     * @return this
     */
    public Builder lowRank(LowRankPairs pairs) {
      lowRank = pairs;
      return this;
    }

    /**
     * Says what the training needs to go on. The optimizer's tensors are among the {@linkplain
     * Weights#tensors model's} then, by the names that {@link TrainingState} says.
     *
     * @param state beside the tensors
     * @return this
     */
    public Builder training(TrainingState state) {
      training = state;
      return this;
    }

    /**
     * Adds sentences for the user.
     *
     * @param sentences in order
     * @return this
     */
    public Builder notes(List<String> sentences) {
      notes.addAll(sentences);
      return this;
    }

    /** {@return what was told; the builder is not to be used after it} */
    public StoredModel build() {
      return new StoredModel(this);
    }
  }
}
