package io.shardwright.core.internal.open;

import io.shardwright.core.StoredTensor;
import io.shardwright.core.StoredTensor.Place;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.StoredArray;
import io.shardwright.core.internal.plan.CanonicalTensor;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Lists the tensors of a checkpoint as its files hold them. */
record HeldTensors(SourceFiles files) {
  HeldTensors {
    files = files.uncomputed();
  }

  /** To be read, those of several rank files under the ranks' names. */
  List<CanonicalTensor> whole() {
    var stored = new ArrayList<CanonicalTensor>();
    for (RankFile file : files.ranks()) {
      String prefix = files.ranks().size() == 1 ? "" : file.rank() + ": ";
      file.tensors()
          .forEach(
              (name, tensor) -> {
                var spec =
                    new TensorSpec(prefix + name, tensor.spec().dtype(), tensor.spec().shape());
                stored.add(
                    CanonicalTensor.asStored(
                        spec, List.of(SourcePart.whole(file.member(), tensor))));
              });
    }
    files.arrays().forEach(a -> stored.add(CanonicalTensor.asStored(a.spec(), a.parts())));
    files.objectTensors().forEach(object -> stored.add(CanonicalTensor.asStored(object)));
    return stored;
  }

  /** To be listed, by file. */
  List<StoredTensor> listed() {
    var stored = new ArrayList<StoredTensor>();
    for (RankFile file : files.ranks()) {
      for (var tensor : file.tensors().values()) {
        stored.add(listed(file.member(), Optional.of(file.rank()), tensor));
      }
    }
    for (StoredArray array : files.arrays()) {
      stored.add(
          new StoredTensor(array.place(), Optional.empty(), array.spec(), place(array.parts())));
    }
    return stored;
  }

  /** As it is listed. */
  static StoredTensor listed(String file, Optional<RankCoordinate> rank, SourceTensor tensor) {
    return new StoredTensor(file, rank, tensor.spec(), Optional.of(place(tensor)));
  }

  private static Optional<Place> place(List<SourcePart> parts) {
    return parts.size() == 1 ? Optional.of(place(parts.get(0).tensor())) : Optional.empty();
  }

  private static Place place(SourceTensor tensor) {
    var origin = tensor.storage().origin();
    long start = tensor.start() * tensor.spec().dtype().byteSize();
    return new Place(origin.whole().name(), origin.offset() + start);
  }

  /** How many parameters there are of each type: of the model, else as they are stored. */
  static Map<DType, Long> counts(Optional<ModelDescription> model, List<StoredTensor> stored) {
    Map<DType, Long> counts = new EnumMap<>(DType.class);
    if (model.isPresent()) {
      for (LogicalTensor tensor : model.get().tensors()) {
        if (!Companions.isCompanion(tensor.id())) {
          tensor.parts().forEach(p -> counts.merge(p.dtype(), p.elements(), Math::addExact));
        }
      }
    } else {
      for (StoredTensor tensor : stored) {
        counts.merge(tensor.spec().dtype(), tensor.spec().shape().elements(), Math::addExact);
      }
    }
    return counts;
  }
}
