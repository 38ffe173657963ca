package io.shardwright.core.internal.format;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.spi.Grid;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.format.FlatLayout;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A format that can be written: its file names, what it can keep, and the layout of its targets.
 */
public interface TargetKind {
  /** What it can keep. */
  Set<Keeps> keeps();

  /** Whether it has a word for an element type. */
  default boolean holds(DType dtype) {
    return true;
  }

  /**
   * Refuses a source that can't become one.
   *
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException saying why
   */
  default void require(ModelSource source) {}

  /** What becomes of the master weights of parameters that are their own, those in 32 bits. */
  enum OwnMasters {
    /** Of each there is one. */
    STORED,
    /** There is none. */
    LEFT_OUT,
    /** As the source has them. */
    AS_FOUND
  }

  /** Where an optimizer keeps the masters of parameters in 32 bits. */
  default OwnMasters ownMasters(ReshardRequest request, ModelSource source) {
    return OwnMasters.AS_FOUND;
  }

  /** Whether a plan that changes nothing writes the source again. */
  default boolean copies(ReshardRequest request, ModelSource source) {
    return false;
  }

  /**
   * The class of a document that a model once came from.
   *
   * @param known the classes of the model's family
   */
  default Optional<HuggingFaceModel> classOf(Obj origin, List<HuggingFaceModel> known) {
    return Optional.empty();
  }

  /**
   * Refuses a configuration that a class can't express.
   *
   * @param where the model, for messages
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException naming every such key
   */
  default void requireExpressible(YamlDocument config, HuggingFaceModel wanted, String where) {}

  /**
   * What it puts before the names that a family gives, where they are Megatron-Core's; empty for
   * NeMo's own names and others.
   */
  default Optional<String> prefix() {
    return Optional.empty();
  }

  /** Whether a rank's file can have a part for each chunk of an interleaved pipeline. */
  default boolean interleaves(Naming naming) {
    return prefix().isPresent();
  }

  /** Whether its weights are items of a distributed checkpoint, in any number of files. */
  default boolean spreads() {
    return weights().filter(WeightLayout.DISTRIBUTED::equals).isPresent();
  }

  /**
   * How an optimizer's state lies in flat buffers, if that is asked for.
   *
   * @param settings of the training
   */
  default Optional<FlatLayout> flat(ReshardRequest request, Map<String, String> settings) {
    return Optional.empty();
  }

  /** The one layout of its weights; empty where there is a choice, or no ranks. */
  default Optional<WeightLayout> weights() {
    return Optional.empty();
  }

  /** How it is written if a request or the source decides between several ways. */
  default TargetKind of(ReshardRequest request, ModelSource source) {
    return this;
  }

  /** The names of its files; none where stored tensors are copied, whose plan has them. */
  default TargetNames names(ReshardRequest request, ModelSource source, Grid grid) {
    return TargetNames.NONE;
  }

  /**
   * Lays out what a plan makes.
   *
   * @param attachments files that travel with the model
   */
  CheckpointTarget layOut(
      ReshardRequest request,
      ModelSource source,
      List<Attachment> attachments,
      ExecutablePlan plan);
}
