package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.describe.ModuleState.Content;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a rank's state dict holds besides parameters, and the order of its names. */
interface StageState {
  /** What modules keep besides parameters, by name. */
  Map<String, Content> contents();

  /** All names in order. */
  List<String> names(Set<String> parameters);

  /** The modules' versions. */
  Optional<PickleValue> metadata(Set<String> parameters);
}
