package io.shardwright.core.internal.format.loose;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleNames;
import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.torch.TorchTensor;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.format.StoredTensors;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One file that holds tensors. Those of a torch file are understood when first asked for. */
final class LooseFile {
  private static final int NAMED = 5;

  private final String name;
  private final Optional<TorchFile> torch;
  private final Guard guard;
  private final Map<String, SourceTensor> tensors = new LinkedHashMap<>();
  private final List<UnsupportedCheckpointException> problems = new ArrayList<>();
  private final Set<String> used = new HashSet<>();
  private boolean read;

  private LooseFile(String name, Optional<TorchFile> torch, Guard guard) {
    this.name = name;
    this.torch = torch;
    this.guard = guard;
  }

  /** Opens a file of a kind. */
  static LooseFile open(String name, ByteSource source, FileKind kind, Guard guard) {
    if (kind == FileKind.TORCH) {
      return new LooseFile(name, Optional.of(TorchFile.open(source, guard)), guard);
    }
    var file = new LooseFile(name, Optional.empty(), guard);
    file.tensors.putAll(StoredTensors.of(SafetensorsFile.open(source, guard)));
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
      FlatTensors.of(torch.get(), guard).forEach(this::add);
      refuseModules(torch.get());
    }
    return tensors;
  }

  private void add(String tensor, PickleValue value) {
    try {
      TorchTensor found = torch.orElseThrow().tensor(tensor, value);
      used.add(found.storageKey());
      tensors.put(tensor, StoredTensors.of(torch.get(), found));
    } catch (UnsupportedCheckpointException kind) {
      problems.add(kind);
    }
  }

  /** The tensors of a pickled layer are in no dict that could be told from its other fields. */
  private void refuseModules(TorchFile file) {
    Optional<Global> module =
        file.document().globals().stream()
            .filter(global -> PickleNames.meaning(global) == Meaning.UNSUPPORTED)
            .filter(global -> global.module().startsWith("torch.nn."))
            .findFirst();
    if (module.isPresent() && file.storages() > used.size()) {
      problems.add(
          new UnsupportedCheckpointException(
              ErrorCode.UNSUPPORTED,
              name,
              "holds tensors in a pickled '" + module.get() + "': save its state_dict() instead"));
    }
  }

  /**
   * Refuses if not every tensor is of a kind that is understood.
   *
   * @throws UnsupportedCheckpointException naming the first that is not
   */
  void requireUnderstood() {
    tensors();
    if (!problems.isEmpty()) {
      throw problems.get(0);
    }
  }

  List<String> notes() {
    var notes = new ArrayList<String>();
    problems.forEach(problem -> notes.add(problem.getMessage()));
    torch.ifPresent(
        file -> {
          notes.addAll(file.notes());
          var unknown =
              file.document().globals().stream()
                  .filter(global -> PickleNames.meaning(global) == Meaning.UNKNOWN)
                  .map(Object::toString)
                  .toList();
          if (!unknown.isEmpty()) {
            notes.add(
                name
                    + " holds objects without a meaning here, of "
                    + String.join(", ", unknown.subList(0, Math.min(NAMED, unknown.size())))
                    + (unknown.size() > NAMED ? " and others" : ""));
          }
        });
    return notes;
  }
}
