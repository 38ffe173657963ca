package com.example.npz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.SmallCheckpoint;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.Verification.TensorSum;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzFormatTest {
  private static final Shardwright SHARDWRIGHT = Shardwright.create();
  private static final TargetFormat NPZ = new TargetFormat("npz");
  private static final String OPEN = "{'descr': '<f4', 'fortran_order': False, 'shape': ";
  private static final String ROWS = OPEN + "(2, 3), }";

  @TempDir Path folder;

  private static Map<TensorSpec, String> sums(Path path) {
    return SHARDWRIGHT.verify(path, Set.of(), ProgressListener.SILENT).tensors().stream()
        .collect(Collectors.toMap(TensorSum::spec, TensorSum::sha256));
  }

  private static void convert(Path source, Path target, TargetFormat format) {
    SHARDWRIGHT.run(
        ReshardRequest.builder(source, target).format(format).sync(false).build(),
        ProgressListener.SILENT);
  }

  /** An entry: magic, version, length, dict, values. */
  private static byte[] array(int version, long length, String dict, int values) {
    byte[] text = dict.getBytes(StandardCharsets.UTF_8);
    int wide = version == 1 ? 2 : 4;
    var out = ByteBuffer.allocate(8 + wide + text.length + values).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    out.put((byte) version).put((byte) 0);
    if (wide == 2) {
      out.putShort((short) length);
    } else {
      out.putInt((int) length);
    }
    return out.put(text).array();
  }

  private static byte[] array(int version, String dict) {
    return array(version, dict.length(), dict, 24);
  }

  private Path npz(byte[] array) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("a.npy"));
      zip.write(array);
    }
    return Files.write(folder.resolve("a.npz"), bytes.toByteArray());
  }

  private static boolean lacks(DType dtype) {
    return dtype == DType.BFLOAT16 || dtype == DType.COMPLEX32 || dtype.isFloat8();
  }

  private static SmallCheckpoint random(Random random) {
    var small = SmallCheckpoint.of("target: none.Such");
    for (DType dtype : DType.values()) {
      var dims = random.longs(random.nextInt(4), 0, 5).toArray();
      var spec = new TensorSpec("model." + dtype, dtype, Shape.of(dims));
      byte[] values = new byte[(int) spec.byteSize()];
      if (dtype != DType.BOOL) {
        random.nextBytes(values);
      }
      if (!lacks(dtype)) {
        small.tensor(spec, values);
      }
    }
    return small;
  }

  @Test
  void writesAndReadsEveryTypeThatNumpyHas() {
    for (long seed = 0; seed < 20; seed++) {
      Path source = random(new Random(seed)).write(folder.resolve("nemo" + seed));
      Path npz = folder.resolve(seed + ".npz");
      convert(source, npz, NPZ);
      assertEquals(sums(source), sums(npz), "seed " + seed);
    }
  }

  @Test
  void refusesTypesThatNumpyLacksByTheTensorsName() {
    for (DType dtype : List.of(DType.BFLOAT16, DType.FLOAT8_E4M3FN, DType.FLOAT8_E5M2)) {
      var spec = new TensorSpec("model.w", dtype, Shape.of(2));
      Path source =
          SmallCheckpoint.of("target: none.Such")
              .tensor(spec, new byte[(int) spec.byteSize()])
              .write(folder.resolve(dtype.torchName()));
      Path npz = folder.resolve("out.npz");
      var refusal = assertThrows(CheckpointException.class, () -> convert(source, npz, NPZ));
      assertEquals(ErrorCode.UNSUPPORTED, refusal.code());
      assertTrue(refusal.getMessage().contains("model.w"), refusal.getMessage());
      assertFalse(Files.exists(npz));
    }
  }

  @Test
  void readsVersionsAndSpellings() throws IOException {
    var expected = Set.of(new TensorSpec("a", DType.FLOAT32, Shape.of(2, 3)));
    for (int version = 1; version <= 3; version++) {
      assertEquals(expected, sums(npz(array(version, ROWS + "      \n"))).keySet());
    }
    for (String dict :
        List.of(
            "{'shape': (2,3), 'fortran_order': False, 'descr': '<f4'}",
            "{'descr':'<f4', 'fortran_order':False, 'shape':(2, 3,)}\n",
            ROWS.replace("False", "True"),
            ROWS.replace('<', '>'))) {
      assertEquals(expected, sums(npz(array(1, dict))).keySet(), dict);
    }
  }

  @Test
  void evaluatesNoHeaderAndRefusesWhatIsNone() throws IOException {
    for (String dict :
        List.of(
            "",
            "{}",
            "{'descr': '<f4', 'fortran_order': False}",
            "{'descr': '<f4', 'descr': '<f4', 'shape': (2, 3)}",
            OPEN + "(2, 3), 'more': True}",
            OPEN + "(2, -3)}",
            OPEN + "(2)}",
            OPEN + "2}",
            OPEN + "(,)}",
            OPEN + "__import__('os').system('true')}",
            OPEN + "(2, 3)} + {}",
            OPEN + "(100000000000000000, 100000000000000000)}",
            OPEN + "(99999999999999999999,)}",
            OPEN + "(3, 3)}",
            OPEN + "(2, 3)}" + " ".repeat(10_000),
            ROWS.replace("'<f4'", "[('x', '<f4')]"),
            ROWS.replace("False", "1"))) {
      refuses(array(1, dict), ErrorCode.TENSOR_MALFORMED, dict);
    }
    refuses(array(2, 1L << 31, ROWS, 24), ErrorCode.TENSOR_MALFORMED, "a length of 2^31");
    refuses(array(1, 0xffff, ROWS, 24), ErrorCode.TENSOR_MALFORMED, "a length of 65535");
    refuses(array(2, 9_999, ROWS, 24), ErrorCode.TENSOR_MALFORMED, "a length beyond the end");
    refuses(array(4, ROWS), ErrorCode.TENSOR_MALFORMED, "version 4");
    refuses(new byte[3], ErrorCode.TENSOR_MALFORMED, "3 bytes");
  }

  @Test
  void refusesWhatIsTooLargeOrOfNoNumber() throws IOException {
    refuses(array(1, OPEN + "(100000000000000000,)}"), ErrorCode.LIMIT_EXCEEDED, "10^17");
    refuses(array(1, OPEN + "(1000000000000000000,)}"), ErrorCode.TENSOR_MALFORMED, "10^18");
    for (int axes : new int[] {99, 3_300}) {
      String dict = OPEN + "(" + "1,".repeat(axes) + ")}";
      refuses(array(1, dict), ErrorCode.LIMIT_EXCEEDED, axes + " axes");
    }
    for (String type : List.of("|O", "<U3", "<f3", "<M8[s]", "|f4", "<f1", "V8", "")) {
      refuses(array(1, ROWS.replace("<f4", type)), ErrorCode.UNSUPPORTED, type);
    }
  }

  private void refuses(byte[] array, ErrorCode code, String what) throws IOException {
    Path npz = npz(array);
    var refusal = assertThrows(CheckpointException.class, () -> sums(npz), what);
    assertEquals(code, refusal.code(), what + ": " + refusal.getMessage());
    Path target = folder.resolve("target");
    assertThrows(
        CheckpointException.class, () -> convert(npz, target, TargetFormat.SAFETENSORS), what);
    assertFalse(Files.exists(target), what);
  }
}
