package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.torch.StateDict;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.describe.KeyMeaning;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.RuleMatcher;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns the rank files of a training into source files for the engine. */
final class TrainingRanks {
  private final LightningCheckpoint checkpoint;
  private boolean numbered;

  TrainingRanks(LightningCheckpoint checkpoint) {
    this.checkpoint = checkpoint;
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
                        "holds no state_dict: it is not a checkpoint of a training"));
    StateDict state = file.torch().stateDict(value);
    var tensors = new LinkedHashMap<String, SourceTensor>();
    state
        .tensors()
        .keySet()
        .forEach(name -> tensors.put(name, file.tensor(name, get(value, name))));
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
    return names.stream().filter(name -> tensors.containsKey(name) && !isBuffer(name)).toList();
  }

  /** A buffer of a state dict, which no optimizer knows. */
  private static boolean isBuffer(String name) {
    return name.endsWith("inv_freq") || name.endsWith("._extra_state");
  }

  /** The same with what the optimizers keep for the parameters. */
  SourceFiles withOptimizers(SourceFiles files) {
    var grouping = new ParameterGroups(checkpoint.name(), () -> rows(files));
    var ranks = files.ranks().stream().map(file -> withOptimizer(file, grouping)).toList();
    return new SourceFiles(
        ranks, files.again(), files.numbered(), files.arrays(), files.arrayObjects());
  }

  /** The rows of the family that claims the model. */
  private RuleMatcher rows(SourceFiles files) {
    var config = checkpoint.config();
    try {
      return checkpoint
          .registry()
          .claiming(config, files::names, checkpoint.name())
          .map(family -> rows(family, config))
          .orElseThrow(() -> ParameterGroups.refused(checkpoint.name(), "no family claims it"));
    } catch (MalformedCheckpointException | UnrecognizedCheckpointException unclaimed) {
      throw ParameterGroups.refused(checkpoint.name(), unclaimed.message(Remedy::inText));
    }
  }

  /** A key that the family can't read is told before a name that its rows lack for it. */
  private RuleMatcher rows(ModelFamilyAdapter family, ModelConfig config) {
    Naming naming = family.naming(config);
    new KeyMeaning(family, config, naming).requireReadable(checkpoint.name());
    return RuleMatcher.of(family, config, naming);
  }

  private RankFile withOptimizer(RankFile file, ParameterGroups grouping) {
    var parameters = parameters(file.names(), file.tensors());
    return OptimizerState.of(checkpoint.files().get(file.rank()), parameters, grouping)
        .map(optimizer -> file.with(optimizer.companions(file.tensors())))
        .orElse(file);
  }

  private RankFile interleaved(RankCoordinate rank, TrainingFile file, VirtualChunks chunks) {
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
