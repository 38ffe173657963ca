package io.shardwright.bench.input;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One rank's torch file, laid out. */
final class RankFile {
  private static final int DIRECTORY_ENTRY = 0x02014b50;
  private static final int DESCRIPTOR = 0x08074b50;

  private final Map<String, Part> parts = new LinkedHashMap<>();
  private final TorchLayout layout;

  RankFile(String root, List<Part> given) {
    var pickle = new StateDictPickle();
    for (int n = 0; n < given.size(); n++) {
      Part part = given.get(n);
      parts.put(pickle.add(part.spec()), part);
      String module = module(part);
      boolean last = n + 1 == given.size() || !module(given.get(n + 1)).equals(module);
      if (last && !module.endsWith("word_embeddings")) {
        pickle.add(module + "._extra_state", state(module));
      }
    }
    byte[] bytes = PickleWriter.write(pickle.build(Optional.empty()));
    layout = TorchLayout.of(root, bytes, pickle.storages());
  }

  private static String module(Part part) {
    return part.spec().name().substring(0, part.spec().name().lastIndexOf('.'));
  }

  /**
   * What Transformer Engine keeps behind a module's parameters; the output layer is none of its.
   */
  private static PickleValue state(String module) {
    return module.endsWith("output_layer") ? Constant.NONE : ExtraState.none();
  }

  long size() {
    return layout.size();
  }

  void write(FileChannel file, long offset, Filling filling) throws IOException {
    Map<String, Long> crcs = new LinkedHashMap<>();
    for (var part : parts.entrySet()) {
      long at = offset + layout.dataOffset(part.getKey());
      crcs.put(part.getKey(), filling.fill(file, at, part.getValue()));
    }
    for (var chunk : layout.structure(crcs)) {
      var bytes = ByteBuffer.wrap(chunk.bytes()).order(ByteOrder.LITTLE_ENDIAN);
      file.write(filling.checked() ? bytes : unchecked(bytes), offset + chunk.offset());
    }
  }

  /** As torch writes a file with checksums off: every CRC-32 is zero. */
  private static ByteBuffer unchecked(ByteBuffer bytes) {
    if (bytes.remaining() > 16 && bytes.getInt(0) == DIRECTORY_ENTRY) {
      for (int at = 0; bytes.getInt(at) == DIRECTORY_ENTRY; ) {
        bytes.putInt(at + 16, 0);
        at += 46 + bytes.getShort(at + 28) + bytes.getShort(at + 30);
      }
    } else if (bytes.remaining() >= 16 && bytes.getInt(0) == DESCRIPTOR) {
      bytes.putInt(4, 0);
    }
    return bytes;
  }
}
