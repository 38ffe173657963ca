package io.shardwright.core.internal.open;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.describe.ModuleState.Stored;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.format.FlatTensors;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.StoredTensors;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Lists the tensors of torch files that belong neither to the model nor to one of its parameters:
 * states of modules, an optimizer's steps, averages, states of callbacks. They are named by the
 * keys that lead to them.
 */
final class OtherTensors {
  /** Where a tensor lies; whatever lies there is listed once. */
  private record Place(ByteSource storage, long start, Shape shape) {
    static Place of(SourceTensor tensor) {
      return new Place(tensor.storage(), tensor.start(), tensor.spec().shape());
    }
  }

  private static final String STATE = "^state_dict\\.";

  private final ModelSource source;
  private final Set<Place> listed = new HashSet<>();
  private final Set<String> names = new HashSet<>();
  private final List<Stored> others = new ArrayList<>();

  private OtherTensors(ModelSource source) {
    this.source = source;
  }

  /**
   * All that a source holds.
   *
   * @param files what is known of it already
   */
  static List<Stored> of(ModelSource source, SourceFiles files) {
    var found = new OtherTensors(source);
    files.tensors().forEach(found::list);
    found.others.addAll(files.objectTensors());
    if (source.holdsOthers()) {
      source.torchFiles().forEach(found::add);
    }
    return List.copyOf(found.others);
  }

  private void list(SourceTensor tensor) {
    listed.add(Place.of(tensor));
    names.add(tensor.spec().name());
  }

  private void add(String member, TorchFile file) {
    for (var tensor : FlatTensors.of(file, source.guard()).all()) {
      String name = tensor.getKey();
      if (!names.contains(name) && !names.contains(name.replaceFirst(STATE, ""))) {
        add(member, file, name, tensor.getValue());
      }
    }
  }

  private void add(String member, TorchFile file, String name, PickleValue value) {
    try {
      SourceTensor tensor = StoredTensors.of(file, name, value);
      if (listed.add(Place.of(tensor))) {
        others.add(new Stored(member, tensor));
      }
    } catch (UnsupportedCheckpointException | MalformedCheckpointException kind) {
      // It has no bytes that could be summed, and no model needs it.
    }
  }
}
