package io.shardwright.spi.format;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Map;

/** A model that is written as a {@link ModelLayout} says. The engine alone implements it. */
public interface WantedShards extends WantedModel {
  /**
   * The class that is written.
   *
   * @return one of the family's classes
   */
  HuggingFaceModel model();

  /**
   * The files of tensors.
   *
   * @return as {@link ModelLayout#shards} shared them out
   */
  Map<String, List<TensorSpec>> shards();
}
