package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.codec.pickle.PickleNames;
import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleWalk;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.Set;

/** Refuses pickles that a checkpoint of ours must not hold. */
final class Carriage {
  private Carriage() {}

  /**
   * Refuses a call that would run code: the user's next tool may run it.
   *
   * @throws UnsafeCheckpointException naming it
   */
  static void refuseDangerous(String member, TorchFile file) {
    refuse(
        member,
        file.document().called(),
        Set.of(Meaning.DANGEROUS),
        "runs code when Python loads it");
  }

  /**
   * Refuses what {@code torch.load(weights_only=True)} would not load again.
   *
   * @throws UnsafeCheckpointException naming it
   */
  static void requireData(String member, TorchFile file) {
    refuseDangerous(member, file);
    refuse(
        member,
        file.document().globals(),
        Set.of(Meaning.DANGEROUS, Meaning.RECORD, Meaning.UNKNOWN),
        "is no tensor or plain value, and a .nemo may hold nothing else");
  }

  /**
   * Refuses an object that has tensors of its own: their storages would stay behind.
   *
   * @throws UnsupportedCheckpointException naming it
   */
  static void requireSelfContained(String source, String name, PickleValue value) {
    if (PickleWalk.refersOutside(value)) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          source,
          "'" + name + "' is no tensor but holds tensors, expected None, bytes or plain values");
    }
  }

  private static void refuse(
      String member, Set<Global> names, Set<Meaning> refused, String reason) {
    names.stream()
        .filter(name -> refused.contains(PickleNames.meaning(name)))
        .findFirst()
        .ifPresent(
            name -> {
              throw new UnsafeCheckpointException(
                  ErrorCode.PICKLE_FORBIDDEN,
                  member,
                  "its pickle names '"
                      + name
                      + "', which "
                      + reason
                      + "; see inspect --pickle, and do not load this file with other tools");
            });
  }
}
