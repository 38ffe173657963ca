package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.torch.NestedState;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.format.StoredTensors;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One file of a training.
 *
 * @param member its path within the checkpoint
 */
record TrainingFile(String member, TorchFile torch, Guard guard) {

  /** The whole dict. */
  Dict root() {
    if (torch.document().root() instanceof Dict dict) {
      return dict;
    }
    throw new MalformedCheckpointException(
        ErrorCode.ZIP_MALFORMED,
        torch.name(),
        "is not a checkpoint of a training: expected a dict");
  }

  Optional<PickleValue> get(String key) {
    return get(root(), key);
  }

  /** A value of a dict, or of an {@code OrderedDict}. */
  static Optional<PickleValue> get(PickleValue dict, String key) {
    return NestedState.entries(dict).stream()
        .filter(entry -> entry.name().equals(key))
        .map(Entry::value)
        .findFirst();
  }

  OptionalLong globalStep() {
    return get("global_step").orElse(null) instanceof Int step && step.value().bitLength() < 63
        ? OptionalLong.of(step.value().longValue())
        : OptionalLong.empty();
  }

  /** The bytes of its optimizer's tensors. */
  long stateBytes() {
    return get("optimizer_states").stream()
        .flatMap(states -> NestedState.flat(states, guard, torch.name()).entrySet().stream())
        .filter(entry -> TorchFile.isTensor(entry.getValue()))
        .mapToLong(entry -> tensor(entry.getKey(), entry.getValue()).spec().byteSize())
        .sum();
  }

  SourceTensor tensor(String name, PickleValue value) {
    return StoredTensors.of(torch, name, value);
  }
}
