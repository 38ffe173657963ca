package io.shardwright.core.internal.format.directory;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.describe.HuggingFaceLowRank.Pair;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A folder in which Hugging Face's peft keeps an adapter without its model. */
public final class PeftFolder implements ModelSource {
  private static final List<String> WEIGHTS =
      List.of("adapter_model.safetensors", "adapter_model.bin");

  private final FolderFiles files;
  private final PeftConfig config;
  private final FolderWeights weights;
  private final List<String> unread;

  private PeftFolder(FolderFiles files) {
    this.files = files;
    var document =
        JsonDocument.parsePython(files.open(PeftConfig.FILE), Limit.CONFIG_BYTES, files.guard());
    config = new PeftConfig(document, new PeftPattern.Search(files.name()));
    var present = WEIGHTS.stream().filter(files.names()::contains).toList();
    if (present.isEmpty()) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MISSING,
          files.name(),
          "holds an adapter's configuration without weights, expected " + WEIGHTS.get(0));
    }
    weights = new FolderWeights(files, present.get(0));
    unread = present.subList(1, present.size());
  }

  /**
   * Opens a folder.
   *
   * @throws MalformedCheckpointException if it holds no weights
   */
  public static PeftFolder open(Path folder, Guard guard) {
    var files = new FolderFiles(folder, guard);
    try {
      return new PeftFolder(files);
    } catch (RuntimeException refusal) {
      files.close();
      throw refusal;
    }
  }

  @Override
  public boolean isAdapter() {
    return true;
  }

  /** Refuses, with every reason, what is more than products. */
  @Override
  public Map<String, Pair> pairs() {
    return new PeftPairs(name(), config).of(weights.tensors());
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
          name(),
          problems.get(0)
              + (problems.size() > 1 ? "; and " + (problems.size() - 1) + " more" : ""));
    }
  }

  @Override
  public Guard guard() {
    return files.guard();
  }

  @Override
  public String format() {
    return PeftFormat.ID;
  }

  @Override
  public String name() {
    return files.name();
  }

  @Override
  public SourceFiles sourceFiles() {
    var file = RankFile.whole(name(), weights.tensors(), weights.unreadable());
    return SourceFiles.ofRanks(List.of(file));
  }

  @Override
  public Map<String, TorchFile> torchFiles() {
    return weights.torchFiles();
  }

  @Override
  public Collection<FileSource> opened() {
    return files.opened();
  }

  @Override
  public long fileBytes() {
    return files.bytes();
  }

  @Override
  public List<String> notes() {
    var notes = new ArrayList<>(weights.notes());
    notes.add(
        "an adapter without its model: merge it with convert MODEL TARGET "
            + Setting.LORA.inText());
    unread.forEach(
        file -> notes.add("'" + weights.name() + "' is read, and '" + file + "' is not"));
    return notes;
  }

  @Override
  public void close() {
    files.close();
  }
}
