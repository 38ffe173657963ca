package io.shardwright.fuzz;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.dcp.DcpFile;
import io.shardwright.core.internal.codec.dcp.DcpItem;
import io.shardwright.core.internal.codec.dcp.DcpMetadata;
import io.shardwright.core.internal.codec.dcp.DcpTensor;
import io.shardwright.core.internal.guard.Guard;
import java.util.Map;

/** A distributed checkpoint in memory; a file that is not there has no bytes. */
record Items(Map<String, byte[]> files) {

  /** Opens every item by its own header. */
  void open(Guard guard) {
    DcpMetadata metadata = DcpMetadata.read(source(DcpMetadata.FILE), guard);
    for (DcpTensor tensor : metadata.tensors().values()) {
      for (int chunk = 0; chunk < tensor.chunks(); chunk++) {
        new DcpFile(source(tensor.item(chunk).file()), guard).chunk(tensor, chunk);
      }
    }
    for (Map.Entry<String, DcpItem> object : metadata.objects().entrySet()) {
      new DcpFile(source(object.getValue().file()), guard)
          .object(object.getKey(), object.getValue());
    }
  }

  private MemorySource source(String file) {
    return new MemorySource(files.getOrDefault(file, new byte[0]), file);
  }
}
