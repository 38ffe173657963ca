package io.shardwright.core.internal.format;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile.Stored;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.torch.TorchTensor;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.spi.tensor.Shape;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Turns the tensors of safetensors and torch files into source tensors for the engine. */
public final class StoredTensors {
  private StoredTensors() {}

  /** All of a safetensors file, by name. */
  public static Map<String, SourceTensor> of(SafetensorsFile file) {
    var tensors = new LinkedHashMap<String, SourceTensor>();
    var strides = new HashMap<Shape, List<Long>>();
    file.tensors()
        .forEach(
            (name, stored) ->
                tensors.put(
                    name,
                    of(
                        stored,
                        strides.computeIfAbsent(stored.spec().shape(), Shape::rowMajorStrides))));
    return tensors;
  }

  private static SourceTensor of(Stored stored, List<Long> strides) {
    return new SourceTensor(stored.spec(), stored.bytes(), 0, strides, false, OptionalLong.empty());
  }

  /**
   * The stored tensors of a safetensors file under further names: of tensors that share their
   * memory {@code safetensors.torch.save_model} stores one, and names it in the metadata for each
   * of the others (safetensors 0.8, {@code safetensors/torch.py}).
   */
  public static Map<String, SourceTensor> aliases(SafetensorsFile file) {
    var stored = file.tensors();
    var aliases = new LinkedHashMap<String, SourceTensor>();
    file.metadata()
        .forEach(
            (name, of) -> {
              if (stored.containsKey(of) && !stored.containsKey(name)) {
                Stored own = stored.get(of);
                aliases.put(name, of(own, own.spec().shape().rowMajorStrides()).as(name));
              }
            });
    return aliases;
  }

  /** All of a torch file whose pickle is a state dict, by name. */
  public static Map<String, SourceTensor> ofStateDict(TorchFile file) {
    var tensors = new LinkedHashMap<String, SourceTensor>();
    file.stateDict().tensors().forEach((name, tensor) -> tensors.put(name, of(file, tensor)));
    return tensors;
  }

  /** The tensor that a value of a torch file's pickle stands for. */
  public static SourceTensor of(TorchFile file, String name, PickleValue value) {
    return of(file, file.tensor(name, value));
  }

  /** A tensor of a torch file. */
  public static SourceTensor of(TorchFile file, TorchTensor tensor) {
    return new SourceTensor(
        tensor.spec(),
        tensor.storage(),
        tensor.storageOffset(),
        tensor.strides(),
        tensor.bigEndian(),
        tensor.isExpanded() ? OptionalLong.empty() : file.storageCrc(tensor.storageKey()));
  }
}
