package io.shardwright.hostile;

import static io.shardwright.core.internal.codec.dcp.PickledMetadata.chunk;

import io.shardwright.core.internal.bytes.Piece;
import io.shardwright.core.internal.codec.dcp.DcpItem;
import io.shardwright.core.internal.codec.dcp.DcpLayout;
import io.shardwright.core.internal.codec.dcp.PickledMetadata;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Folders of PyTorch's distributed checkpoints whose metadata or items lie. */
final class DcpCases {
  private static final String FILE = "__0_0.distcp";
  private static final List<Long> HALF = List.of(1L, 3L);
  private static final List<Long> FIRST = List.of(0L, 0L);
  private static final List<Long> SECOND = List.of(1L, 0L);
  private static final byte[] VALUES = Octets.floats(1, 2, 3, 4, 5, 6);

  private final List<Case> cases = new ArrayList<>();
  private final List<DcpItem> items = new ArrayList<>();
  private final byte[] file = file(DType.FLOAT32);

  private DcpCases() {}

  static List<Case> all() {
    var cases = new DcpCases();
    cases.cases.add(
        Case.accepted(
            "a tensor in two items",
            FolderCases.folder(cases.files(cases.honest().write())),
            Map.of("w F32 [2, 3]", VALUES)));
    cases.places();
    cases.tilings();
    cases.names();
    cases.contents();
    cases.shards();
    return cases.cases;
  }

  /** Two rows, an item each. */
  private byte[] file(DType dtype) {
    items.clear();
    var layout = new DcpLayout(FILE);
    for (int row = 0; row < 2; row++) {
      items.add(layout.add(new TensorSpec("w", dtype, new Shape(HALF))));
    }
    var bytes = ByteBuffer.allocate((int) layout.size());
    var crcs = new HashMap<DcpItem, Long>();
    int size = 3 * dtype.byteSize();
    for (int row = 0; row < 2; row++) {
      byte[] values = Arrays.copyOfRange(VALUES, row * size, (row + 1) * size);
      crcs.put(items.get(row), Octets.crc(values));
      bytes.put((int) layout.dataOffset(items.get(row)), values);
    }
    for (Piece piece : layout.structure(crcs)) {
      bytes.put((int) piece.offset(), piece.bytes());
    }
    return bytes.array();
  }

  private Map<String, byte[]> files(byte[] metadata) {
    var files = new LinkedHashMap<String, byte[]>();
    files.put(".metadata", metadata);
    files.put(FILE, file);
    return files;
  }

  private PickledMetadata honest() {
    return placed(FILE, items.get(1).offset(), items.get(1).length());
  }

  private PickledMetadata placed(String path, long offset, long length) {
    return new PickledMetadata()
        .tensor("w", List.of(2L, 3L), chunk(FIRST, HALF), chunk(SECOND, HALF))
        .item("w", FIRST, FILE, items.get(0).offset(), items.get(0).length())
        .item("w", SECOND, path, offset, length);
  }

  private void refused(String name, PickledMetadata metadata, ErrorCode... codes) {
    refused(name, files(metadata.write()), codes);
  }

  private void refused(String name, Map<String, byte[]> files, ErrorCode... codes) {
    cases.add(Case.refused("distributed: " + name, FolderCases.folder(files), codes));
  }

  private void places() {
    DcpItem second = items.get(1);
    long end = file.length;
    refused("an item over another", placed(FILE, second.offset() - 1, second.length()));
    refused("an item that is another", placed(FILE, 1, second.length()));
    refused("an item outside its file", placed(FILE, end, second.length()));
    refused("an item that ends outside", placed(FILE, second.offset(), second.length() + 1));
    refused("an item of no end", placed(FILE, second.offset(), Long.MAX_VALUE));
    refused("an item before its file", placed(FILE, -1, second.length()));
    refused("an item of no bytes", placed(FILE, second.offset(), 0));
    refused("a file that is not there", placed("__1_0.distcp", 0, second.length()));
    for (String path :
        new String[] {
          "../" + FILE, "/etc/passwd", "..", "", "sub/" + FILE, "..\\" + FILE, "C:" + FILE, "a\0b"
        }) {
      refused("a path '" + path + "'", placed(path, 0, second.length()), ErrorCode.PATH_ESCAPE);
    }
  }

  private void tilings() {
    var size = List.of(2L, 3L);
    refused(
        "two chunks on one element",
        honest().tensor("w", size, chunk(FIRST, size), chunk(SECOND, HALF)),
        ErrorCode.TENSOR_MALFORMED);
    refused(
        "an element in no chunk",
        honest().tensor("w", List.of(3L, 3L), chunk(FIRST, HALF), chunk(SECOND, HALF)),
        ErrorCode.TENSOR_MALFORMED);
    refused(
        "a chunk outside",
        honest().tensor("w", size, chunk(FIRST, HALF), chunk(List.of(2L, 0L), HALF)),
        ErrorCode.TENSOR_MALFORMED);
    refused(
        "a chunk of more axes",
        honest().tensor("w", size, chunk(List.of(0L), List.of(6L))),
        ErrorCode.TENSOR_MALFORMED);
    refused("a chunk without an item", honest().tensor("v", HALF, chunk(FIRST, HALF)));
    refused("an item without a chunk", honest().item("v", FIRST, FILE, 0, 1));
    refused("two items of one chunk", honest().item("w", SECOND, FILE, 0, items.get(0).length()));
    refused("a tensor of 2^62 elements", honest().tensor("v", List.of(1L << 31, 1L << 31)));
    refused("an extent below 0", honest().tensor("v", List.of(-1L)));
    var many = new PickleValue[1_000_000];
    Arrays.fill(many, chunk(FIRST, HALF));
    refused("a million chunks", honest().tensor("v", HALF, many));
  }

  private void names() {
    for (String[] name :
        new String[][] {{"os", "system"}, {"builtins", "eval"}, {"evil", "Thing"}}) {
      var odd = honest();
      PickleValue object =
          PickledMetadata.object(name[0], name[1], PickledMetadata.chunk(FIRST, HALF));
      odd.put("planner_data", object);
      refused("a class " + name[0] + "." + name[1], odd, ErrorCode.PICKLE_FORBIDDEN);
    }
    refused("a metadata that is not a pickle", files(Octets.utf8("{}")));
    refused("a metadata of nothing", files(new byte[0]));
  }

  private void contents() {
    var files = files(honest().write());
    files.put(FILE, file(DType.FLOAT16));
    refused("items of another type", files);
    files = files(honest().write());
    files.put(FILE, new byte[file.length]);
    refused("items of another class", files);
    file(DType.FLOAT32);
  }

  private void shards() {
    Map<String, String> said = new LinkedHashMap<>();
    said.put("before its tensor", "{\"w\":{\"saved_offsets\":[-1,0]}}");
    said.put("at the end of numbers", "{\"w\":{\"saved_offsets\":[9223372036854775807,0]}}");
    said.put("where a hole is left", "{\"w\":{\"saved_offsets\":[1,0]}}");
    said.put("on other axes", "{\"w\":{\"saved_offsets\":[0]}}");
    said.put("nowhere", "{}");
    said.put("in a list", "[]");
    said.put("in words", "{\"w\":{\"saved_offsets\":[\"0\",\"0\"]}}");
    said.forEach(
        (name, sharding) ->
            refused(
                "a shard " + name,
                Map.of("shard-00001-model-00001-of-00001.safetensors", shard(sharding))));
  }

  private static byte[] shard(String sharding) {
    String text = sharding.replace("\"", "\\\"");
    return Safetensors.of(
        "{\"__metadata__\":{\"DCP_SHARDING_INFO\":\""
            + text
            + "\"},"
            + Safetensors.tensor("w", "F32", "[2,3]", 0, 24)
            + "}",
        new String(VALUES, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1));
  }
}
