package io.shardwright.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.shardwright.Shardwright;
import io.shardwright.cli.Pytorch;
import io.shardwright.core.ModelTensor;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RunOptions;
import io.shardwright.core.djl.ModelArrays;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/embedding.md shows of DJL, with a model in bfloat16 on two ranks. */
@Tag("natives")
class ArraysExampleTest {
  @TempDir Path folder;
  private Path target;

  /** The run also loads the library by Shardwright's settings, which forbid downloads. */
  @BeforeEach
  void makeModel() throws IOException {
    Pytorch.require();
    Path model = folder.resolve("model.nemo");
    target = folder.resolve("out.nemo");
    try (var nemo = getClass().getResourceAsStream("/nemo/gpt-5b-like-tp1.nemo")) {
      Files.copy(nemo, model);
    }
    var request =
        ReshardRequest.builder(model, target)
            .tensorModelParallelSize(2)
            .dtype(DType.BFLOAT16)
            .allowLossy(true)
            .run(RunOptions.DEFAULT.withDevice(io.shardwright.core.Device.parse("cpu")))
            .build();
    var shardwright = Shardwright.create();
    shardwright.run(shardwright.plan(request), ProgressListener.SILENT);
  }

  @Test
  void givesArraysOfTheHostsManager() {
    try (var manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        var model = Shardwright.restoreFrom(target)) {
      // begin: arrays
      var arrays = new ModelArrays(manager); // the host's NDManager
      NDArray norm = arrays.values(model.tensor("decoder.final_layernorm.weight"));
      float mean = norm.mean().getFloat(); // bf16 in the file, FLOAT32 in the array
      NDList all = arrays.values(model.tensors().values()); // each has its name
      NDArray carried = arrays.bits(model.tensor(norm.getName())); // bf16's bits in a FLOAT16
      // end: arrays
      assertEquals(mean(model.tensor(norm.getName())), mean, 1e-6);
      assertEquals(DataType.FLOAT16, carried.getDataType());
      assertEquals(model.tensor(norm.getName()).bytes(), carried.toByteBuffer());
      assertEquals(model.tensors().size(), all.size());
      all.forEach(array -> same(model.tensor(array.getName()), array));
    }
  }

  private static float mean(ModelTensor tensor) {
    ByteBuffer bytes = tensor.bytes();
    float sum = 0;
    long elements = tensor.spec().shape().elements();
    while (bytes.hasRemaining()) {
      sum += Float.intBitsToFloat(bytes.getShort() << 16);
    }
    return sum / elements;
  }

  private static void same(ModelTensor tensor, NDArray array) {
    assertEquals(DType.BFLOAT16, tensor.spec().dtype(), array.getName());
    ByteBuffer expected = tensor.bytes();
    for (float value : array.toFloatArray()) {
      assertEquals(expected.getShort() << 16, Float.floatToRawIntBits(value), array.getName());
    }
    assertEquals(0, expected.remaining());
  }
}
