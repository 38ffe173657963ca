package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.torch.StateDict;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns the rank files of a training into source files for the engine. */
final class TrainingRanks {
  private final LightningCheckpoint checkpoint;
  private final boolean optimizer;
  private boolean numbered;

  TrainingRanks(LightningCheckpoint checkpoint, boolean optimizer) {
    this.checkpoint = checkpoint;
    this.optimizer = optimizer;
  }

  SourceFiles sourceFiles() {
    var ranks = new ArrayList<RankFile>();
    checkpoint.files().forEach((rank, file) -> ranks.add(rankFile(rank, file)));
    return new SourceFiles(ranks, List.of(), numbered, List.of(), List.of());
  }

  private RankFile rankFile(RankCoordinate rank, TrainingFile file) {
    Optional<VirtualChunks> chunks = VirtualChunks.of(file);
    if (chunks.isPresent()) {
      numbered = true;
      return interleaved(rank, file, chunks.get());
    }
    PickleValue value =
        file.get("state_dict")
            .orElseThrow(
                () ->
                    new MalformedCheckpointException(
                        ErrorCode.TENSOR_MISSING,
                        file.torch().name(),
                        "holds no state_dict: it is no checkpoint of a training"));
    StateDict state = file.torch().stateDict(value);
    var tensors = new LinkedHashMap<String, SourceTensor>();
    state
        .tensors()
        .keySet()
        .forEach(name -> tensors.put(name, file.tensor(name, get(value, name))));
    if (optimizer) {
      tensors.putAll(
          OptimizerState.of(file, parameters(state.names(), tensors))
              .map(found -> found.companions(Map.copyOf(tensors)))
              .orElse(Map.of()));
    }
    return new RankFile(
        file.member(),
        rank,
        state.names(),
        tensors,
        state.objects(),
        state.metadata(),
        state.unreadable());
  }

  private static PickleValue get(PickleValue dict, String name) {
    return TrainingFile.get(dict, name).orElseThrow();
  }

  /** The names that an optimizer knows, in its order. */
  static List<String> parameters(List<String> names, Map<String, ?> tensors) {
    return names.stream()
        .filter(name -> tensors.containsKey(name) && !ParameterGroups.isBuffer(name))
        .toList();
  }

  private RankFile interleaved(RankCoordinate rank, TrainingFile file, VirtualChunks chunks) {
    if (optimizer && file.get("optimizer_states").isPresent()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          file.torch().name(),
          "the optimizer state of an interleaved pipeline (model0, model1, …) can't be cut:"
              + " leave it out with "
              + Setting.NO_OPTIMIZER.inText());
    }
    var values = chunks.values(rank.pipeline(), checkpoint.grid().pipeline(), checkpoint.config());
    var tensors = new LinkedHashMap<String, SourceTensor>();
    var objects = new LinkedHashMap<String, PickleValue>();
    var unreadable = new LinkedHashMap<String, String>();
    values.forEach(
        (name, value) -> {
          if (!TorchFile.isTensor(value)) {
            objects.put(name, value);
          } else if (file.torch().unreadable(name, value).isPresent()) {
            unreadable.put(name, file.torch().unreadable(name, value).get());
          } else {
            tensors.put(name, file.tensor(name, value));
          }
        });
    List<String> names = List.copyOf(values.keySet());
    return new RankFile(file.member(), rank, names, tensors, objects, Optional.empty(), unreadable);
  }
}
