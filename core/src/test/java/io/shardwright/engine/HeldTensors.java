package io.shardwright.engine;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tensors of a safetensors file, to be changed and written in any kind of file. */
public final class HeldTensors {
  private record Held(TensorSpec spec, byte[] bytes) {}

  private final Map<String, Held> tensors = new LinkedHashMap<>();

  public static HeldTensors of(Path path) {
    var held = new HeldTensors();
    try (var file = new FileSource(path, path.toString())) {
      SafetensorsFile.open(file, Guard.standard())
          .tensors()
          .forEach(
              (name, stored) -> {
                var bytes = ByteBuffer.allocate((int) stored.bytes().size());
                stored.bytes().readFully(bytes, 0);
                held.tensors.put(name, new Held(stored.spec(), bytes.array()));
              });
    }
    return held;
  }

  /** Adds a tensor with another's values. */
  public HeldTensors copy(String from, String to) {
    Held held = tensors.get(from);
    var spec = new TensorSpec(to, held.spec().dtype(), held.spec().shape());
    tensors.put(to, new Held(spec, held.bytes().clone()));
    return this;
  }

  public HeldTensors add(TensorSpec spec, byte[] bytes) {
    tensors.put(spec.name(), new Held(spec, bytes));
    return this;
  }

  public HeldTensors remove(String name) {
    tensors.remove(name);
    return this;
  }

  public List<String> names() {
    return List.copyOf(tensors.keySet());
  }

  public byte[] bytes(String name) {
    return tensors.get(name).bytes();
  }

  public TensorSpec spec(String name) {
    return tensors.get(name).spec();
  }

  /** Changes the last value of a tensor. */
  public HeldTensors change(String name) {
    byte[] bytes = tensors.get(name).bytes();
    bytes[bytes.length - 2] ^= 1;
    return this;
  }

  /** The tensors of some of the files that a model is shared out over. */
  private HeldTensors part(int number, int parts) {
    var part = new HeldTensors();
    int at = 0;
    for (var entry : tensors.entrySet()) {
      if (at++ % parts == number) {
        part.tensors.put(entry.getKey(), entry.getValue());
      }
    }
    return part;
  }

  /** Writes a safetensors file. */
  public void write(Path file, Map<String, String> metadata) throws IOException {
    Obj texts = Obj.empty();
    metadata.forEach((key, value) -> texts.put(key, new Str(value)));
    Obj header = Obj.empty().put("__metadata__", texts);
    var data = new ByteArrayOutputStream();
    for (Held held : tensors.values()) {
      long from = data.size();
      data.write(held.bytes());
      header.put(
          held.spec().name(),
          Obj.empty()
              .put("dtype", new Str(held.spec().dtype().safetensorsName()))
              .put("shape", Arr.of(held.spec().shape().dims()))
              .put("data_offsets", Arr.of(List.of(from, (long) data.size()))));
    }
    byte[] text = JsonDocument.compact(header);
    var length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, text.length);
    var whole = new ByteArrayOutputStream();
    whole.write(length.array());
    whole.write(text);
    whole.write(data.toByteArray());
    Files.write(file, whole.toByteArray());
  }

  public void write(Path file) throws IOException {
    write(file, Map.of("format", "pt"));
  }

  /** Writes two files and the index that names them. */
  public void writeShards(Path folder, String stem, String ending) throws IOException {
    var places = new ArrayList<String>();
    for (int number = 0; number < 2; number++) {
      String file = stem + "-0000" + (number + 1) + "-of-00002" + ending;
      HeldTensors part = part(number, 2);
      if (ending.equals(".bin")) {
        part.writeTorch(folder.resolve(file));
      } else {
        part.write(folder.resolve(file));
      }
      part.tensors.keySet().forEach(name -> places.add("\"" + name + "\": \"" + file + "\""));
    }
    Files.writeString(
        folder.resolve(stem + ending + ".index.json"),
        "{\"metadata\": {}, \"weight_map\": {" + String.join(", ", places) + "}}",
        StandardCharsets.UTF_8);
  }

  /** Writes a torch file. */
  public void writeTorch(Path file) throws IOException {
    var pickle = new StateDictPickle();
    Map<String, byte[]> storages = new LinkedHashMap<>();
    tensors.values().forEach(held -> storages.put(pickle.add(held.spec()), held.bytes()));
    byte[] root = PickleWriter.write(pickle.build(Optional.empty()));
    var layout = TorchLayout.of("pytorch_model", root, pickle.storages());
    Files.write(file, TorchBytes.of(layout, storages));
  }
}
