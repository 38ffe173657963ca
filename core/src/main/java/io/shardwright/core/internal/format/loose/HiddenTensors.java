package io.shardwright.core.internal.format.loose;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleWalk;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.format.FlatTensors;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Finds the objects and sets of a pickle that hold storages which no listed tensor uses. */
final class HiddenTensors {
  private final TorchFile file;
  private final Set<PickleValue> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<String> known = new HashSet<>();
  private final Map<String, String> objects = new LinkedHashMap<>();

  HiddenTensors(TorchFile file, FlatTensors flat) {
    this.file = file;
    seen.addAll(flat.walked());
    flat.tensors().values().forEach(this::storages);
    flat.objects()
        .forEach(
            (name, value) -> {
              if (storages(value)) {
                objects.put(name, kind(value));
              }
            });
  }

  /** What kind of thing each is, by name. */
  Map<String, String> objects() {
    return objects;
  }

  /** Takes note of the storages in a value; tells whether one was not known. */
  private boolean storages(PickleValue value) {
    int before = known.size();
    PickleWalk.any(
        value,
        seen,
        part -> {
          if (part instanceof PersistentId id) {
            known.add(file.storageKey(id));
          }
          return false;
        });
    return known.size() > before;
  }

  private static String kind(PickleValue value) {
    if (value instanceof PersistentId) {
      return "a storage with values of no tensor";
    }
    return value instanceof Call call && call.callable() instanceof Global type
        ? "an object of class " + type + " with tensors inside"
        : "a set with tensors inside";
  }
}
