package io.shardwright.core.internal.format.loose;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleEntries;
import io.shardwright.core.internal.codec.pickle.PickleNames;
import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleWalk;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.format.FileKind;
import io.shardwright.core.internal.format.FlatTensors;
import io.shardwright.core.internal.format.StoredTensors;
import io.shardwright.core.internal.guard.Guard;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One open file of tensors. The tensors of a torch file are decoded on first use. */
final class LooseFile {
  private static final int NAMED = 5;

  /** Where a training's weights are. What is beside them is not what the file is about. */
  private static final String WEIGHTS = "state_dict";

  private final String name;
  private final Optional<TorchFile> torch;
  private final Guard guard;
  private final Map<String, SourceTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> unreadable = new LinkedHashMap<>();
  private final List<String> aside = new ArrayList<>();
  private boolean read;

  private LooseFile(String name, Optional<TorchFile> torch, Guard guard) {
    this.name = name;
    this.torch = torch;
    this.guard = guard;
  }

  static LooseFile open(String name, ByteSource source, FileKind kind, Guard guard) {
    if (kind == FileKind.TORCH) {
      return new LooseFile(name, Optional.of(TorchFile.open(source, guard)), guard);
    }
    var file = new LooseFile(name, Optional.empty(), guard);
    var opened = SafetensorsFile.open(source, guard);
    file.tensors.putAll(StoredTensors.of(opened));
    file.unreadable.putAll(opened.unreadable());
    return file;
  }

  String name() {
    return name;
  }

  Optional<TorchFile> torch() {
    return torch;
  }

  Map<String, SourceTensor> tensors() {
    if (torch.isPresent() && !read) {
      read = true;
      var flat = FlatTensors.of(torch.get(), guard);
      flat.tensors().forEach((tensor, value) -> add(torch.get(), tensor, value));
      addHidden(torch.get(), flat);
    }
    return tensors;
  }

  /** The names of all tensors. */
  Set<String> names() {
    var names = new HashSet<>(tensors().keySet());
    names.addAll(unreadable.keySet());
    return names;
  }

  /** Of what kind the tensors are that can't be read, by name. */
  Map<String, String> unreadable() {
    tensors();
    return unreadable;
  }

  private void add(TorchFile file, String tensor, PickleValue value) {
    file.unreadable(tensor, value)
        .ifPresentOrElse(
            kind -> unreadable.put(tensor, kind),
            () -> tensors.put(tensor, StoredTensors.of(file, tensor, value)));
  }

  /** Tensors in objects can't be told from the objects' other fields. */
  private void addHidden(TorchFile file, FlatTensors flat) {
    boolean training =
        PickleEntries.of(file.document().root()).stream()
            .flatMap(List::stream)
            .anyMatch(entry -> entry.key().equals(new Text(WEIGHTS)));
    new HiddenTensors(file, flat)
        .objects()
        .forEach(
            (object, kind) -> {
              if (training && !object.startsWith(WEIGHTS + ".")) {
                aside.add(name + ": '" + object + "' is " + kind + ", which are not read");
              } else {
                unreadable.put(object, kind);
              }
            });
  }

  List<String> notes() {
    var notes = new ArrayList<String>(aside);
    torch.ifPresent(
        file -> {
          notes.addAll(file.notes());
          unknown(file).ifPresent(notes::add);
        });
    return notes;
  }

  private Optional<String> unknown(TorchFile file) {
    var unknown =
        file.document().globals().stream()
            .filter(global -> PickleNames.meaning(global) == Meaning.UNKNOWN)
            .map(Object::toString)
            .toList();
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(
            name
                + " contains objects of unsupported classes: "
                + String.join(", ", unknown.subList(0, Math.min(NAMED, unknown.size())))
                + (unknown.size() > NAMED ? " and others" : ""));
  }

  /** Finds the objects and sets of a pickle that hold storages which no listed tensor uses. */
  private static final class HiddenTensors {
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
        return "a storage that no tensor uses";
      }
      return value instanceof Call call && call.callable() instanceof Global type
          ? "an object of class " + type + " with tensors inside"
          : "a set with tensors inside";
    }
  }
}
