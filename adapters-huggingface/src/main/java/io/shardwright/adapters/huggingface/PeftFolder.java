package io.shardwright.adapters.huggingface;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.format.LowRankPairs;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import io.shardwright.spi.format.StoredModel.Weights;
import io.shardwright.spi.format.TensorSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A folder in which Hugging Face's peft keeps an adapter without its model. */
record PeftFolder(String name, PeftConfig config, TensorSet weights) implements LowRankPairs {
  private static final List<String> WEIGHTS =
      List.of("adapter_model.safetensors", "adapter_model.bin");

  /**
   * Reads a folder.
   *
   * @throws MalformedCheckpointException if it holds no weights
   */
  static StoredModel read(StoredFiles files) {
    var search = new PeftPattern.Search(files.name());
    var config = new PeftConfig(files.json(PeftConfig.FILE), search);
    var present = WEIGHTS.stream().filter(files.files()::contains).toList();
    if (present.isEmpty()) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MISSING,
          files.name(),
          "contains an adapter's configuration without weights, expected " + WEIGHTS.get(0));
    }
    TensorSet weights = files.tensors(present.get(0));
    return StoredModel.of(new Weights(weights, weights.tensors()))
        .lowRank(new PeftFolder(files.name(), config, weights))
        .notes(notes(weights, present.subList(1, present.size())))
        .build();
  }

  private static List<String> notes(TensorSet weights, List<String> unread) {
    var notes = new ArrayList<>(weights.notes());
    notes.add(
        "an adapter without its model: merge it with convert MODEL TARGET "
            + Setting.LORA.inText());
    unread.forEach(
        file -> notes.add("'" + weights.name() + "' is read, and '" + file + "' is not"));
    return notes;
  }

  @Override
  public Map<String, Pair> pairs() {
    return new PeftPairs(name, config).of(weights.tensors());
  }

  @Override
  public void requireConsistent() {
    if (!config.lowRank()) {
      return;
    }
    boolean told = config.wrongRanks().isEmpty();
    var problems = told ? PeftPairs.wrongRanks(config, weights.tensors()) : config.wrongRanks();
    if (!problems.isEmpty()) {
      throw new MalformedCheckpointException(
          told ? ErrorCode.CONFIG_CONTRADICTED : ErrorCode.CONFIG_VALUE,
          name,
          problems.get(0)
              + (problems.size() > 1 ? "; and " + (problems.size() - 1) + " more" : ""));
    }
  }
}
