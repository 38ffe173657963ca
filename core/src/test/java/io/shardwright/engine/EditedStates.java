package io.shardwright.engine;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.torch.StateDict;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Rank files whose modules keep states as Transformer Engine 2.4 and later writes them. */
public final class EditedStates {
  private static final String STATE = "._extra_state";

  /** What a module keeps: bytes for a tensor, or a value. */
  public interface States {
    Object of(String name);
  }

  private final StateDictPickle pickle = new StateDictPickle();
  private final Map<String, byte[]> storages = new LinkedHashMap<>();

  private EditedStates() {}

  /** Gives every state of a rank file that has one another content. */
  public static void replace(Path file, States states) throws IOException {
    var edited = new EditedStates();
    try (var source = new FileSource(file, file.toString())) {
      StateDict state = TorchFile.open(source, Guard.standard()).stateDict();
      var tensors = state.tensors();
      var objects = state.objects();
      for (String name : state.names()) {
        if (name.endsWith(STATE)) {
          edited.add(name, states.of(name));
        } else if (tensors.containsKey(name)) {
          edited.add(tensors.get(name).spec(), TinyGpt.bytes(file, name));
        } else {
          edited.pickle.add(name, objects.get(name));
        }
      }
      byte[] bytes = edited.bytes(edited.pickle.build(state.metadata()));
      Files.write(file, bytes);
    }
  }

  private void add(String name, Object content) {
    if (content instanceof byte[] bytes) {
      add(new TensorSpec(name, DType.UINT8, Shape.of(bytes.length)), bytes);
    } else {
      pickle.add(name, (PickleValue) content);
    }
  }

  private void add(TensorSpec spec, byte[] bytes) {
    storages.put(pickle.add(spec), bytes);
  }

  private byte[] bytes(PickleValue root) {
    var layout = TorchLayout.of("archive", PickleWriter.write(root), pickle.storages());
    return TorchBytes.of(layout, storages);
  }

  /** A torch file of one tensor, as a distributed checkpoint has one for each state. */
  public static byte[] file(byte... bytes) {
    var edited = new EditedStates();
    var stored = edited.pickle.tensor(new TensorSpec("x", DType.UINT8, Shape.of(bytes.length)));
    edited.storages.put(stored.key(), bytes);
    return edited.bytes(stored.value());
  }

  /** The states of a rank file that are tensors. */
  public static Map<String, byte[]> of(Path file) {
    var states = new TreeMap<String, byte[]>();
    try (var source = new FileSource(file, file.toString())) {
      TorchFile.open(source, Guard.standard()).stateDict().tensors().keySet().stream()
          .filter(name -> name.endsWith(STATE))
          .forEach(name -> states.put(name, TinyGpt.bytes(file, name)));
    }
    return states;
  }
}
