package io.shardwright.core.internal.format.directory;

import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.DirectoryFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** The tensors of a folder: those that its index names, or all that its one file holds. */
final class FolderWeights {
  private static final long MAX_INDEX = 64L << 20;
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

  private void readIndexed(String index) {
    Obj document = JsonDocument.parse(files.open(index), MAX_INDEX);
    if (!(document.get("weight_map").orElse(null) instanceof Obj map)) {
      throw malformed(index, "has no weight_map");
    }
    Map<String, Map<String, SourceTensor>> byFile = new LinkedHashMap<>();
    map.fields()
        .forEach(
            (name, value) -> {
              String file = value.asText().orElse("");
              if (!files.names().contains(file)) {
                throw malformed(
                    index, "says that '" + name + "' is in '" + file + "', which is not here");
              }
              SourceTensor tensor = byFile.computeIfAbsent(file, this::read).get(name);
              if (tensor == null) {
                throw malformed(
                    index, "says that '" + name + "' is in '" + file + "', which lacks it");
              }
              tensors.put(name, tensor);
            });
    byFile.forEach((file, held) -> requireNoMore(index, file, held.keySet()));
  }

  private void requireNoMore(String index, String file, Set<String> held) {
    var more = new TreeSet<>(held);
    more.removeAll(tensors.keySet());
    if (!more.isEmpty()) {
      throw malformed(index, "does not name '" + more.first() + "', which '" + file + "' holds");
    }
  }

  private Map<String, SourceTensor> read(String file) {
    return file.endsWith(".safetensors") ? safetensors(file) : torch(file);
  }

  private Map<String, SourceTensor> safetensors(String file) {
    var read = new LinkedHashMap<String, SourceTensor>();
    SafetensorsFile.open(files.open(file))
        .tensors()
        .forEach(
            (name, stored) ->
                read.put(
                    name,
                    new SourceTensor(
                        stored.spec(),
                        stored.bytes(),
                        0,
                        stored.spec().shape().rowMajorStrides(),
                        false,
                        OptionalLong.empty())));
    return read;
  }

  private Map<String, SourceTensor> torch(String file) {
    TorchFile torch = TorchFile.open(files.open(file));
    torchFiles.put(file, torch);
    var read = new LinkedHashMap<String, SourceTensor>();
    torch
        .stateDict()
        .tensors()
        .forEach(
            (name, tensor) ->
                read.put(
                    name,
                    new SourceTensor(
                        tensor.spec(),
                        tensor.storage(),
                        tensor.storageOffset(),
                        tensor.strides(),
                        tensor.bigEndian(),
                        torch.storageCrc(tensor.storageKey()))));
    return read;
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

  private MalformedCheckpointException malformed(String file, String problem) {
    return new MalformedCheckpointException(
        ErrorCode.TENSOR_MISSING, files.name() + "/" + file, problem);
  }

  Map<String, SourceTensor> tensors() {
    return tensors;
  }

  Map<String, TorchFile> torchFiles() {
    return torchFiles;
  }

  List<String> names() {
    return List.copyOf(tensors.keySet());
  }
}
