package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * The storages that a pickle names. Checks that each has the same type and size wherever it is
 * named.
 */
final class Storages {
  private final String file;
  private final Map<PersistentId, StorageId> ids = new IdentityHashMap<>();
  private final Map<String, StorageId> byKey = new HashMap<>();
  private final Map<String, StorageId> views = new HashMap<>();

  private Storages(String file) {
    this.file = file;
  }

  /**
   * Understands all ids of a pickle.
   *
   * @param views whether the format has views of storages
   */
  static Storages of(List<PersistentId> persistentIds, boolean views, String file) {
    var storages = new Storages(file);
    persistentIds.forEach(id -> storages.add(id, StorageId.of(id, views, file)));
    storages.requireDistinctViews();
    return storages;
  }

  private void add(PersistentId id, StorageId storage) {
    ids.put(id, storage);
    StorageId first = byKey.putIfAbsent(storage.key(), storage);
    if (first != null && !first.agreesWith(storage)) {
      throw malformed(storage, "has two types or sizes");
    }
    storage
        .viewKey()
        .map(name -> views.putIfAbsent(name, storage))
        .filter(known -> !known.isView(storage))
        .ifPresent(known -> refuseView(storage, "of another view"));
  }

  /** Torch keeps storages and views in one table and takes what it finds there first. */
  private void requireDistinctViews() {
    views.forEach(
        (name, view) -> {
          if (byKey.containsKey(name)) {
            refuseView(view, "of a storage");
          }
        });
  }

  private void refuseView(StorageId storage, String whose) {
    throw malformed(storage, "has a view with the key " + whose);
  }

  /** Refuses if a storage is absent or does not have the bytes that the pickle says. */
  void requireHeld(Function<String, OptionalLong> held) {
    for (StorageId storage : byKey.values()) {
      long bytes =
          held.apply(storage.key()).orElseThrow(() -> malformed(storage, "is not in the file"));
      if (!storage.fits(bytes)) {
        throw malformed(
            storage,
            "has "
                + bytes
                + " bytes, expected "
                + storage.elements()
                + " x "
                + storage.elementSize());
      }
    }
  }

  private MalformedCheckpointException malformed(StorageId storage, String problem) {
    return new MalformedCheckpointException(
        ErrorCode.TENSOR_MALFORMED,
        file,
        "storage '" + storage.key() + "' " + problem + ": the file is damaged");
  }

  StorageId get(PersistentId id) {
    return ids.get(id);
  }

  Map<String, StorageId> byKey() {
    return byKey;
  }

  Set<String> keys() {
    return byKey.keySet();
  }
}
