package io.shardwright.engine;

import io.shardwright.core.internal.codec.torch.TorchLayout;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;

/** Torch files that tests make. */
public final class TorchBytes {
  private TorchBytes() {}

  /** A file of this layout with these storages, by key. */
  public static byte[] of(TorchLayout layout, Map<String, byte[]> storages) {
    var out = ByteBuffer.allocate(Math.toIntExact(layout.size()));
    Map<String, Long> crcs = new LinkedHashMap<>();
    storages.forEach(
        (key, bytes) -> {
          var crc = new CRC32();
          crc.update(bytes);
          crcs.put(key, crc.getValue());
          out.put((int) layout.dataOffset(key), bytes);
        });
    layout.structure(crcs).forEach(chunk -> out.put((int) chunk.offset(), chunk.bytes()));
    return out.array();
  }
}
