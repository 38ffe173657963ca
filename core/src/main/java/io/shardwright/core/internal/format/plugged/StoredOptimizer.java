package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.StoredArray;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.StoredModel;
import io.shardwright.spi.format.StoredRanks;
import io.shardwright.spi.format.TrainingState;
import io.shardwright.spi.tensor.DType;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What a format found of an optimizer.
 *
 * @param where the checkpoint, for messages
 * @param arrays of the model and beside it
 */
record StoredOptimizer(String where, StoredModel model, List<StoredArray> arrays) {
  /**
   * Refuses what would be lost without a word.
   *
   * @param kept whether the target can keep an optimizer
   * @throws UnsupportedCheckpointException if it can't, or a part is in a form that isn't read
   */
  void requireCarriable(boolean kept) {
    Optional<String> unread = model.ranks().flatMap(StoredRanks::unread).or(this::unread);
    boolean beside = has(true, Companions::isState);
    boolean training = model.training().isPresent();
    boolean any = unread.isPresent() || beside || training || has(false, Companions::isState);
    require(!any || kept, "which the target's format can't keep");
    unread.ifPresent(why -> require(false, why));
    boolean whole =
        (model.ranks().isPresent() || has(false, Companions::isCompanion))
            && !has(false, Companions::isFlat)
            && (!beside || training);
    String kind = model.training().map(TrainingState::kind).map(k -> " of " + k).orElse("");
    boolean flat = model.training().flatMap(TrainingState::flat).isPresent();
    require(!any || flat || whole, "whose form" + kind + " can't follow");
    if (has(false, Companions::isCompanion)) {
      requireAdam();
    }
    require(
        model.training().map(state -> state.step().isPresent()).orElse(true),
        "which doesn't say how many steps it made, by which Adam corrects its averages");
  }

  /**
   * Refuses what would be half a state: of another optimizer than Adam; in other types, of which
   * int16 is what a weight lacks of its master (Transformer Engine's FusedAdam with {@code
   * store_param_remainders}); of weights whose masters are nowhere.
   */
  private void requireAdam() {
    var kinds = new TreeMap<String, DType>();
    boolean rounded = false;
    for (StoredArray array : arrays) {
      String name = array.spec().name();
      DType type = array.spec().dtype();
      if (!array.beside() && Companions.isCompanion(name)) {
        kinds.merge(
            Companions.kind(name), type, (one, other) -> one == DType.FLOAT32 ? other : one);
      } else {
        rounded |= !array.beside() && type.isFloating() && type != DType.FLOAT32;
      }
    }
    Companions.otherThanAdam(kinds.keySet()).ifPresent(why -> require(false, why));
    kinds.forEach(
        (kind, type) ->
            require(
                type == DType.FLOAT32,
                "whose " + kind + " is " + type.torchName() + ", expected float32"));
    require(
        !rounded || kinds.containsKey(Companions.MASTER),
        "which lacks the master weights (fp32_param, or param) of weights in fewer than 32 bits");
  }

  private Optional<String> unread() {
    return model
        .training()
        .flatMap(state -> state.unread().map(why -> "of " + state.kind() + ", and " + why));
  }

  /** Whether the model, or what lies beside it, has a tensor of such a name. */
  private boolean has(boolean beside, Predicate<String> name) {
    return arrays.stream()
        .filter(array -> array.beside() == beside)
        .anyMatch(array -> name.test(array.spec().name()));
  }

  private void require(boolean follows, String why) {
    if (!follows) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          where,
          "holds an optimizer's state, "
              + why
              + ": leave it out with "
              + Setting.NO_OPTIMIZER.inText());
    }
  }
}
