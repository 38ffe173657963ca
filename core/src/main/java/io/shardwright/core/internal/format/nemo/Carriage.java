package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.codec.pickle.PickleNames;
import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleText;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleWalk;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;

/** Refuses pickles that a written checkpoint must not hold. */
final class Carriage {
  private Carriage() {}

  /**
   * Refuses a call that would run code: the user's next tool may run it.
   *
   * @throws UnsafeCheckpointException naming it
   */
  static void refuseDangerous(String member, TorchFile file) {
    file.document().alarms().stream()
        .findFirst()
        .ifPresent(call -> refuse(member, PickleText.of(call), "runs code when Python loads it"));
  }

  /**
   * Refuses what {@code torch.load(weights_only=True)} would not load again.
   *
   * @throws UnsafeCheckpointException naming it
   */
  static void requireData(String member, TorchFile file) {
    refuseDangerous(member, file);
    file.document().globals().stream()
        .filter(name -> PickleNames.meaning(name) != Meaning.DATA)
        .findFirst()
        .ifPresent(
            name ->
                refuse(
                    member,
                    name.toString(),
                    "is not a tensor or plain value, and a .nemo may contain nothing else"));
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
          "'" + name + "' is not a tensor but holds tensors, expected None, bytes or plain values");
    }
  }

  private static void refuse(String member, String name, String reason) {
    throw new UnsafeCheckpointException(
        ErrorCode.PICKLE_FORBIDDEN,
        member,
        "its pickle names '"
            + name
            + "', which "
            + reason
            + "; see "
            + Setting.PICKLE_IMPORTS.inText()
            + ", and do not load this file with other tools");
  }
}
