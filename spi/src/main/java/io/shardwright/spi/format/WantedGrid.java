package io.shardwright.spi.format;

import io.shardwright.spi.Grid;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A model that is written as a {@link GridLayout} says. The engine alone implements it. */
public interface WantedGrid extends WantedModel {
  /**
   * The ranks that it is cut for.
   *
   * @return the target's grid; how stages share layers, {@link #config} says
   */
  Grid grid();

  /**
   * The element type of most of its bytes.
   *
   * @return that of the weights
   */
  DType dtype();

  /**
   * The classes that restore models of its family.
   *
   * @return those of every kind of checkpoint
   */
  List<RestoreClass> classes();

  /**
   * The Hugging Face class that it is of.
   *
   * @return the source's, else the first of the family's that fits the configuration; empty where
   *     none does
   */
  Optional<HuggingFaceModel> huggingFace();

  /**
   * The rows of the vocabulary as they are written, padding among them.
   *
   * @return empty for a model that has none
   */
  OptionalLong paddedRows();

  /**
   * The states of modules that are written, as {@link GridLayout#states} says.
   *
   * @return their keys in the distributed checkpoint
   */
  List<String> states();

  /**
   * The Megatron-Core that has to read it.
   *
   * @return what the user asked for, else {@link CoreVersion#NEWEST}
   */
  CoreVersion core();

  /**
   * What the training needs to go on besides tensors.
   *
   * @return the source's; empty where its optimizer doesn't go along
   */
  Optional<TrainingState> training();

  /**
   * The kinds of tensors that the optimizer keeps for parameters.
   *
   * @return such as {@code exp_avg}; none where it doesn't go along
   */
  Set<String> companions();

  /**
   * Whether every parameter has a master weight in 32 bits.
   *
   * @return false where one of 32 bits is its own
   */
  boolean hasMasters();

  /**
   * Settings of the training, as {@link TrainingState#settings} says them.
   *
   * @return with what flat buffers showed of them
   */
  Map<String, String> settings();

  /**
   * The flat tensors in which the optimizer's state is written.
   *
   * @return how many elements each has, by key; none where parameters have tensors of their own
   */
  Map<String, Long> flat();

  /**
   * The ranks of data parallelism that the target is for.
   *
   * @return what the user said; empty where that is nothing
   */
  OptionalLong dataParallel();

  /**
   * The form in which the optimizer is to be stored.
   *
   * @return what the user asked for; empty for the format's own choice
   */
  Optional<String> optimizerKind();

  /**
   * The groups that the model has parameters of.
   *
   * @return at most four
   */
  Set<ParameterGroup> groups();
}
