package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.codec.pickle.PickleText;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.torch.NestedState;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.Wrappers;
import io.shardwright.core.internal.format.StoredTensors;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.format.TensorTree;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tensors of a dict somewhere in a torch file. */
final class TreeWeights implements TensorTree {
  private final String file;
  private final TorchFile torch;
  private final Map<String, SourceTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> unreadable = new LinkedHashMap<>();
  private final Set<String> objects = new LinkedHashSet<>();
  private final Optional<Wrappers> wrappers;

  /**
   * Reads a dict.
   *
   * @throws MalformedCheckpointException if there is none
   */
  TreeWeights(OpenFiles files, String file, List<String> path) {
    this(files.guard(), file, files.torch(file), path);
  }

  /**
   * Reads a dict, or a list of dicts.
   *
   * @param file that holds it
   */
  TreeWeights(Guard guard, String file, TorchFile torch, List<String> path) {
    this.file = file;
    this.torch = torch;
    PickleValue dict = torch.document().root();
    for (String key : path) {
      dict = value(dict, key);
    }
    NestedState.flat(dict, guard, torch.name()).forEach(this::add);
    var names = new LinkedHashSet<>(tensors.keySet());
    names.addAll(unreadable.keySet());
    wrappers = Wrappers.of(names, false);
  }

  private PickleValue value(PickleValue dict, String key) {
    return NestedState.entries(dict).stream()
        .filter(entry -> entry.name().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new MalformedCheckpointException(
                    ErrorCode.TENSOR_MISSING, torch.name(), "holds no '" + key + "'"))
        .value();
  }

  private void add(String name, PickleValue value) {
    if (!TorchFile.isTensor(value)) {
      objects.add(name);
      return;
    }
    torch
        .unreadable(name, value)
        .ifPresentOrElse(
            kind -> unreadable.put(name, kind),
            () -> tensors.put(name, StoredTensors.of(torch, name, value)));
  }

  @Override
  public String name() {
    return file;
  }

  @Override
  public Set<String> parts() {
    return Set.of(file);
  }

  @Override
  public Map<String, SourceTensor> tensors() {
    return wrappers.isPresent() ? wrappers.get().without(tensors) : tensors;
  }

  @Override
  public Map<String, SourceTensor> named() {
    return tensors();
  }

  @Override
  public Set<String> objects() {
    return objects;
  }

  @Override
  public List<String> notes() {
    return wrappers.stream().map(Wrappers::note).toList();
  }

  @Override
  public Map<String, String> calls() {
    var calls = new LinkedHashMap<String, String>();
    torch.document().alarms().stream()
        .findFirst()
        .ifPresent(alarm -> calls.put(torch.name(), PickleText.of(alarm)));
    return calls;
  }

  /** Of what kind the tensors are that can't be read, by name. */
  Map<String, String> unreadable() {
    return wrappers.isPresent() ? wrappers.get().without(unreadable) : unreadable;
  }

  TorchFile torch() {
    return torch;
  }
}
