package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.codec.pickle.PickleEntries;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.guard.WholeText;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A state dict: tensors and other objects by name. */
public final class StateDict {
  private final TorchFile file;
  private final PickleValue value;
  private final List<Entry> entries;

  StateDict(TorchFile file, PickleValue value) {
    this.file = file;
    this.value = value;
    this.entries =
        PickleEntries.of(value)
            .filter(all -> all.stream().allMatch(StateDict::isNamed))
            .orElseThrow(
                () ->
                    new MalformedCheckpointException(
                        ErrorCode.TORCH_MALFORMED,
                        file.name(),
                        "its pickle is not a state dict: a dict from names to tensors is"
                            + " expected"));
  }

  private static boolean isNamed(Entry entry) {
    return entry.key() instanceof Text name && WholeText.is(name.value());
  }

  /** The names, in order. */
  public List<String> names() {
    return entries.stream().map(StateDict::name).toList();
  }

  private static String name(Entry entry) {
    return ((Text) entry.key()).value();
  }

  /** The tensors that can be read, in order. */
  public Map<String, TorchTensor> tensors() {
    var tensors = new LinkedHashMap<String, TorchTensor>();
    for (Entry entry : entries) {
      if (TorchFile.isTensor(entry.value()) && kind(entry).isEmpty()) {
        tensors.put(name(entry), file.tensor(name(entry), entry.value()));
      }
    }
    return tensors;
  }

  /** What kind of tensor the others are, in order. */
  public Map<String, String> unreadable() {
    var kinds = new LinkedHashMap<String, String>();
    for (Entry entry : entries) {
      if (TorchFile.isTensor(entry.value())) {
        kind(entry).ifPresent(kind -> kinds.put(name(entry), kind));
      }
    }
    return kinds;
  }

  private Optional<String> kind(Entry entry) {
    return file.unreadable(name(entry), entry.value());
  }

  /** What is no tensor, in order. */
  public Map<String, PickleValue> objects() {
    var objects = new LinkedHashMap<String, PickleValue>();
    for (Entry entry : entries) {
      if (!TorchFile.isTensor(entry.value())) {
        objects.put(name(entry), entry.value());
      }
    }
    return objects;
  }

  /** The {@code _metadata}: the modules' versions. */
  public Optional<PickleValue> metadata() {
    return value instanceof Call call && call.state() instanceof Dict state
        ? state.entries().stream()
            .filter(entry -> entry.name().equals("_metadata"))
            .map(Entry::value)
            .findFirst()
        : Optional.empty();
  }
}
