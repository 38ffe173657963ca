package io.shardwright.core.internal.format.directory;

import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.format.StoredTensors;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.DirectoryFormat;
import io.shardwright.spi.tensor.DType;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tensors of a folder: those that its index names, or all that its one file holds. */
final class FolderWeights {
  private static final Set<String> QUANTIZED =
      Set.of("SCB", "absmax", "qweight", "qzeros", "weight_scale_inv", "quant_state");

  private final FolderFiles files;
  private final Map<String, SourceTensor> tensors = new LinkedHashMap<>();
  private final Map<String, TorchFile> torchFiles = new LinkedHashMap<>();

  FolderWeights(FolderFiles files, DirectoryFormat format) {
    this(files, format.indexFile(files.names()), format.weightFiles(files.names()));
  }

  /** What an index names, or all that some files hold where there is none. */
  FolderWeights(FolderFiles files, Optional<String> index, List<String> weightFiles) {
    this.files = files;
    index.ifPresentOrElse(
        this::readIndexed, () -> weightFiles.forEach(file -> tensors.putAll(read(file))));
    tensors.keySet().forEach(this::refuseQuantized);
  }

  private void readIndexed(String name) {
    String where = files.name() + "/" + name;
    var index =
        ShardIndex.of(
            JsonDocument.parsePython(files.open(name), Limit.JSON_BYTES, files.guard()), where);
    index.requireAll(files.names());
    Map<String, Map<String, SourceTensor>> byFile = new LinkedHashMap<>();
    for (String file : index.files()) {
      byFile.put(file, read(file));
      index.requireHeld(file, byFile.get(file).keySet());
    }
    index
        .tensors()
        .forEach(tensor -> tensors.put(tensor, byFile.get(index.file(tensor)).get(tensor)));
  }

  private Map<String, SourceTensor> read(String file) {
    return file.endsWith(".safetensors") ? safetensors(file) : torch(file);
  }

  private Map<String, SourceTensor> safetensors(String file) {
    return StoredTensors.of(SafetensorsFile.open(files.open(file), files.guard()));
  }

  private Map<String, SourceTensor> torch(String file) {
    TorchFile torch = TorchFile.open(files.open(file), files.guard());
    torchFiles.put(file, torch);
    return StoredTensors.ofStateDict(torch);
  }

  private void refuseQuantized(String name) {
    String last = name.substring(name.lastIndexOf('.') + 1);
    if (QUANTIZED.contains(last)) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          files.name(),
          "'" + name + "' belongs to quantized weights, expected plain ones");
    }
  }

  Map<String, SourceTensor> tensors() {
    return tensors;
  }

  Map<String, TorchFile> torchFiles() {
    return torchFiles;
  }

  /** The type of most elements. */
  DType mostElements() {
    Map<DType, Long> elements = new EnumMap<>(DType.class);
    for (SourceTensor tensor : tensors.values()) {
      elements.merge(tensor.spec().dtype(), tensor.spec().shape().elements(), Math::addExact);
    }
    return elements.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(DType.FLOAT32);
  }

  List<String> names() {
    return List.copyOf(tensors.keySet());
  }
}
