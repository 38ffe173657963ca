package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a stage's state dict holds besides tensors, and the order of its names. */
interface StageState {
  /** What is no tensor. */
  Map<String, PickleValue> objects();

  /** All names in order. */
  List<String> names(Set<String> tensors);

  /** The modules' versions. */
  Optional<PickleValue> metadata(Set<String> tensors);
}
