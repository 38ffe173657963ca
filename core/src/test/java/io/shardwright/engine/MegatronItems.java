package io.shardwright.engine;

import io.shardwright.core.internal.bytes.Piece;
import io.shardwright.core.internal.codec.dcp.DcpItem;
import io.shardwright.core.internal.codec.dcp.DcpLayout;
import io.shardwright.core.internal.codec.dcp.DcpMetadata;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Chunk;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Form;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Tensor;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/** Tensors for one file of a distributed checkpoint, a chunk each. */
final class MegatronItems {
  private static final String FILE = "__0_0.distcp";

  private final DcpLayout layout = new DcpLayout(FILE);
  private final List<Tensor> tensors = new ArrayList<>();
  private final Map<DcpItem, byte[]> values = new LinkedHashMap<>();
  private final Map<String, DcpItem> objects = new LinkedHashMap<>();

  /** One of equal parts. */
  static byte[] part(byte[] bytes, int number, int of) {
    int size = bytes.length / of;
    return Arrays.copyOfRange(bytes, number * size, (number + 1) * size);
  }

  void add(String key, DType dtype, Shape shape, byte[] bytes) {
    var spec = new TensorSpec(key, dtype, shape);
    DcpItem item = layout.add(spec);
    tensors.add(new Tensor(spec, List.of(new Chunk(Region.whole(shape), item))));
    values.put(item, bytes);
  }

  /** A whole torch file. */
  void object(String key, byte[] bytes) {
    DcpItem item = layout.add(bytes);
    objects.put(key, item);
  }

  /** Writes the file and the metadata in place of others. */
  void write(Path folder) throws IOException {
    var crcs = new LinkedHashMap<DcpItem, Long>();
    var file = ByteBuffer.allocate((int) layout.size());
    values.forEach(
        (item, bytes) -> {
          var crc = new CRC32();
          crc.update(bytes);
          crcs.put(item, crc.getValue());
          file.put((int) layout.dataOffset(item), bytes);
        });
    for (Piece piece : layout.structure(crcs)) {
      file.put((int) piece.offset(), piece.bytes());
    }
    Files.write(folder.resolve(FILE), file.array());
    Files.write(
        folder.resolve(DcpMetadata.FILE),
        DcpMetadataWriter.write(tensors, objects, Form.TORCH_2_3));
  }
}
