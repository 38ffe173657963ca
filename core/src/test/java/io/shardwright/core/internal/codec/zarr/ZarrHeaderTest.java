package io.shardwright.core.internal.codec.zarr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZarrHeaderTest {
  private static final List<DType> DTYPES =
      Stream.of(DType.values()).filter(ZarrHeader::holds).toList();

  private static final String HEADER =
      """
      {"zarr_format": 2, "order": "C", "compressor": null, "filters": null, "fill_value": null,
       "dtype": "bfloat16", "shape": [4, 10], "chunks": [1, 4]}\
      """;

  @Test
  void readsWhatItWrites() {
    for (long seed = 0; seed < 100; seed++) {
      var random = new Random(seed);
      int rank = random.nextInt(4);
      var shape = new long[rank];
      var chunk = new long[rank];
      for (int axis = 0; axis < rank; axis++) {
        shape[axis] = random.nextInt(9);
        chunk[axis] = 1 + random.nextInt(9);
      }
      DType dtype = DTYPES.get(random.nextInt(DTYPES.size()));
      var header = new ZarrHeader(dtype, Shape.of(shape), Shape.of(chunk));
      assertEquals(
          header, parse(new String(header.write(), StandardCharsets.UTF_8)), "seed " + seed);
    }
  }

  @Test
  void refusesToWriteTypesThatTheFormatHasNoWordFor() {
    var header = new ZarrHeader(DType.FLOAT8_E4M3FN, Shape.of(2), Shape.of(2));
    var refusal = assertThrows(CheckpointException.class, header::write);
    assertEquals("SW-113", refusal.code().code());
    assertTrue(refusal.getMessage().contains("float8_e4m3fn"), refusal.getMessage());
  }

  @Test
  void chunksCoverTheArrayOnce() {
    var header = parse(HEADER);
    assertEquals(DType.BFLOAT16, header.dtype());
    long elements =
        LongStream.range(0, header.chunkCount())
            .map(i -> header.region(header.index(i)).shape().elements())
            .sum();
    assertEquals(40, elements);
    assertEquals(12, header.chunkCount());
    assertEquals("3.2", ZarrHeader.file(header.index(11)));
    assertEquals(Shape.of(1, 2), header.region(List.of(3L, 2L)).shape());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"compressor\": null | \"compressor\": {\"id\": \"blosc\"} | SW-113",
        "\"zarr_format\": 2 | \"zarr_format\": 3 | SW-113",
        "\"order\": \"C\" | \"order\": \"F\" | SW-113",
        "bfloat16 | <V2 | SW-118",
        "[1, 4] | [0, 4] | SW-118",
        "[1, 4] | [1] | SW-118",
        "[4, 10] | [4, -10] | SW-107",
        "[4, 10] | [4000000000, 4000000000000] | SW-107",
        "[4, 10] | [4000000000, 1000] | SW-114",
        "[4, 10] | [9007199254740993, 0] | SW-107",
        "[4, 10] | [900719925474, 0] | ok",
        "\"shape\" | \"chunks\" | SW-117",
        "[4, 10] | [4, 10 | SW-117",
      })
  void refusesWhatMegatronCoreNeverWrites(String before, String after, String code) {
    String text = HEADER.replace(before, after);
    if (code.equals("ok")) {
      assertEquals(0, parse(text).chunkCount());
    } else {
      var refusal = assertThrows(CheckpointException.class, () -> parse(text));
      assertEquals(code, refusal.code().code(), refusal.getMessage());
    }
  }

  @Test
  void refusesEveryCut() {
    for (int end = 0; end < HEADER.length(); end++) {
      String cut = HEADER.substring(0, end);
      assertThrows(CheckpointException.class, () -> parse(cut), "cut at " + end);
    }
  }

  private static ZarrHeader parse(String text) {
    return ZarrHeader.parse(
        new MemorySource(text.getBytes(StandardCharsets.UTF_8), ".zarray"), Guard.standard());
  }
}
