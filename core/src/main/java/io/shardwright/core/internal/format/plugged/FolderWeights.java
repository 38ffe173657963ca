package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.pickle.PickleText;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.Wrappers;
import io.shardwright.core.internal.format.ShardIndex;
import io.shardwright.core.internal.format.StoredTensors;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.format.TensorSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** One set of a folder's tensors: those that an index names, or all that one file holds. */
final class FolderWeights implements TensorSet {
  private final OpenFiles files;
  private final String name;
  private final Optional<Wrappers> wrappers;
  private final Map<String, SourceTensor> tensors = new LinkedHashMap<>();
  private final Map<String, SourceTensor> aliases = new LinkedHashMap<>();
  private final Map<String, String> unreadable = new LinkedHashMap<>();
  private final Map<String, TorchFile> torchFiles = new LinkedHashMap<>();
  private final Set<String> parts = new LinkedHashSet<>();

  /** What an index names, or all that a file holds. */
  FolderWeights(OpenFiles files, String name) {
    this.files = files;
    this.name = name;
    if (name.endsWith(".json")) {
      readIndexed();
    } else {
      tensors.putAll(read(name, new ShardHeaders(files, List.of(name))));
    }
    aliases.keySet().removeAll(tensors.keySet());
    var names = Stream.of(tensors, aliases, unreadable).flatMap(held -> held.keySet().stream());
    wrappers = Wrappers.of(names.toList(), false);
  }

  private void readIndexed() {
    String where = files.name() + "/" + name;
    Guard passing = files.guard().temporary();
    var index =
        ShardIndex.of(JsonDocument.parsePython(files.open(name), Limit.JSON_BYTES, passing), where);
    passing.giveBackAll();
    passing.take(index.cost(), where);
    index.requireAll(files.files());
    Map<String, Map<String, SourceTensor>> byFile = new LinkedHashMap<>();
    var headers = new ShardHeaders(files, index.files());
    for (String file : index.files()) {
      var held = read(file, headers);
      if (!aliases.isEmpty()) {
        aliases.forEach(held::putIfAbsent);
        held.keySet().removeIf(n -> aliases.containsKey(n) && !index.isIn(n, file));
      }
      byFile.put(file, held);
      Set<String> known = held.keySet();
      if (!unreadable.isEmpty()) {
        known = new HashSet<>(known);
        known.addAll(unreadable.keySet());
      }
      index.requireHeld(file, known);
    }
    index.tensors().stream()
        .filter(tensor -> unreadable.isEmpty() || !unreadable.containsKey(tensor))
        .map(tensor -> byFile.get(index.file(tensor)).get(tensor))
        .forEach(tensor -> tensors.put(tensor.spec().name(), tensor));
    passing.giveBackAll();
  }

  private Map<String, SourceTensor> read(String file, ShardHeaders headers) {
    parts.add(file);
    if (!ShardHeaders.reads(file)) {
      return torch(file);
    }
    var shard = headers.take(file);
    aliases.putAll(shard.aliases());
    unreadable.putAll(shard.unreadable());
    return shard.tensors();
  }

  private Map<String, SourceTensor> torch(String file) {
    TorchFile torch = files.torch(file);
    torchFiles.put(file, torch);
    unreadable.putAll(torch.stateDict().unreadable());
    return StoredTensors.ofStateDict(torch);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<String> parts() {
    return parts;
  }

  @Override
  public Map<String, SourceTensor> tensors() {
    return without(tensors);
  }

  @Override
  public List<String> notes() {
    return wrappers.stream().map(Wrappers::note).toList();
  }

  /** Stored tensors under further names that their files give them. */
  Map<String, SourceTensor> aliases() {
    return without(aliases);
  }

  @Override
  public Map<String, SourceTensor> named() {
    return without(all());
  }

  private Map<String, SourceTensor> all() {
    if (aliases.isEmpty()) {
      return Collections.unmodifiableMap(tensors);
    }
    var all = new LinkedHashMap<>(tensors);
    all.putAll(aliases);
    return all;
  }

  private <T> Map<String, T> without(Map<String, T> stored) {
    return wrappers.isPresent() ? wrappers.get().without(stored) : stored;
  }

  /** Of what kind the tensors are that can't be read, by name. */
  Map<String, String> unreadable() {
    return without(unreadable);
  }

  @Override
  public Map<String, String> calls() {
    var calls = new LinkedHashMap<String, String>();
    for (TorchFile file : torchFiles.values()) {
      file.document().alarms().stream()
          .findFirst()
          .ifPresent(alarm -> calls.put(file.name(), PickleText.of(alarm)));
    }
    return calls;
  }

  Map<String, TorchFile> torchFiles() {
    return torchFiles;
  }
}
