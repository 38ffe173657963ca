package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.torch.TorchTensor;
import io.shardwright.core.internal.guard.Guard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A distributed checkpoint in memory. */
record DcpFixture(Map<String, byte[]> files) {

  static DcpFixture resource(String folder, String... items) throws IOException {
    var files = new HashMap<String, byte[]>();
    files.put(DcpMetadata.FILE, bytes(folder + "/.metadata"));
    for (String item : items) {
      files.put(item, bytes(folder + "/" + item));
    }
    return new DcpFixture(files);
  }

  static byte[] bytes(String name) throws IOException {
    try (var stream = DcpFixture.class.getResourceAsStream("/dcp/" + name)) {
      return stream.readAllBytes();
    }
  }

  static DcpMetadata read(byte[] metadata) {
    return DcpMetadata.read(new MemorySource(metadata, DcpMetadata.FILE), Guard.standard());
  }

  DcpMetadata metadata() {
    return read(files.get(DcpMetadata.FILE));
  }

  private DcpFile file(String name) {
    return new DcpFile(new MemorySource(files.get(name), name), Guard.standard());
  }

  /** The values of a whole tensor, row-major, put together from its chunks. */
  byte[] values(DcpTensor tensor) {
    int width = tensor.spec().dtype().byteSize();
    var whole = new byte[(int) tensor.spec().byteSize()];
    for (int chunk = 0; chunk < tensor.chunks(); chunk++) {
      TorchTensor stored = file(tensor.item(chunk).file()).chunk(tensor, chunk).tensor();
      var bytes = ByteBuffer.allocate((int) stored.storage().size());
      stored.storage().readFully(bytes, 0);
      var region = tensor.region(chunk);
      for (long at = 0; at < region.shape().elements(); at++) {
        List<Long> index = index(at, region.shape().dims());
        long from = stored.storageOffset() + dot(index, stored.strides());
        long to =
            dot(index, tensor.spec().shape().rowMajorStrides())
                + dot(region.offset(), tensor.spec().shape().rowMajorStrides());
        System.arraycopy(bytes.array(), (int) from * width, whole, (int) to * width, width);
      }
    }
    return whole;
  }

  static List<Long> index(long at, List<Long> dims) {
    var index = new ArrayList<Long>(dims);
    long rest = at;
    for (int axis = dims.size() - 1; axis >= 0; axis--) {
      index.set(axis, rest % dims.get(axis));
      rest /= dims.get(axis);
    }
    return index;
  }

  static long dot(List<Long> index, List<Long> strides) {
    long sum = 0;
    for (int axis = 0; axis < index.size(); axis++) {
      sum += index.get(axis) * strides.get(axis);
    }
    return sum;
  }

  /** Lines "key, type, shape, SHA-256" by key. */
  List<String> sums() {
    return metadata().tensors().values().stream().map(this::line).sorted().toList();
  }

  private String line(DcpTensor tensor) {
    try {
      byte[] sum = MessageDigest.getInstance("SHA-256").digest(values(tensor));
      return String.join(
          "\t",
          tensor.spec().name(),
          tensor.spec().dtype().torchName(),
          tensor.spec().shape().toString(),
          HexFormat.of().formatHex(sum));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Opens every object. */
  void openObjects() {
    metadata().objects().forEach((key, item) -> file(item.file()).object(key, item));
  }
}
