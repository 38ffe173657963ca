package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adapters that NeMo 1.23 and peft made, and what they made of models. */
public abstract class PeftAdapters extends ModelFolders {
  static final String ADAPTER_CONFIG = "adapter_config.json";
  static final String ADAPTER_WEIGHTS = "adapter_model.safetensors";

  /** Twice what each of two computations may err by: rank 6, sums of absolute values up to 16. */
  private static final double TOLERANCE = 2 * (6 + 3) * 0x1p-24 * 16;

  Path resource(String name) {
    Path file = folder.resolve(name.replace('/', '-'));
    return Files.exists(file) ? file : copy(name, file);
  }

  private static Path copy(String name, Path file) {
    try (var stream = PeftAdapters.class.getResourceAsStream("/peft/" + name)) {
      Files.createDirectories(file.getParent());
      Files.copy(stream, file);
      return file;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** An archive of NeMo's. */
  Path archive(String name) {
    return resource("nemo/" + name + ".nemo");
  }

  /** A folder of peft's. */
  Path adapter(String name) {
    Path target = folder.resolve("adapter-" + name);
    for (String file : List.of(ADAPTER_CONFIG, ADAPTER_WEIGHTS)) {
      copy(name + "/" + file, target.resolve(file));
    }
    return target;
  }

  /** Replaces a part of a text file. */
  static void edit(Path file, String part, String by) throws IOException {
    String text = Files.readString(file);
    assertTrue(text.contains(part), file + " lacks " + part);
    Files.writeString(file, text.replace(part, by));
  }

  /** What the real tool made of the weights that changed. */
  static Map<String, float[]> expected(Path safetensors) {
    Map<String, float[]> all = new LinkedHashMap<>();
    try (var file = new FileSource(safetensors, "")) {
      SafetensorsFile.open(file, Guard.standard())
          .tensors()
          .forEach(
              (name, stored) -> {
                var bytes = ByteBuffer.allocate((int) stored.bytes().size());
                stored.bytes().readFully(bytes, 0);
                all.put(name, values(bytes.flip()));
              });
    }
    return all;
  }

  private static float[] values(ByteBuffer bytes) {
    var values = new float[bytes.remaining() / Float.BYTES];
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /** All logical tensors of a checkpoint by canonical name. */
  public static Map<String, float[]> logical(Path checkpoint) {
    Map<String, float[]> all = new LinkedHashMap<>();
    try (var model = Shardwright.restoreFrom(checkpoint)) {
      model
          .tensors()
          .forEach(
              (name, tensor) -> {
                assertEquals(DType.FLOAT32, tensor.spec().dtype(), name);
                all.put(name, values(tensor.bytes()));
              });
    }
    return all;
  }

  /** What changed is as expected within the tolerance, everything else is as it was. */
  static void assertMerged(
      Map<String, float[]> before, Map<String, float[]> expected, Map<String, float[]> found) {
    assertEquals(before.keySet(), found.keySet());
    assertTrue(found.keySet().containsAll(expected.keySet()), expected.keySet().toString());
    found.forEach(
        (name, values) -> {
          float[] wanted = expected.get(name);
          if (wanted == null) {
            assertArrayEquals(before.get(name), values, name);
          } else {
            assertClose(wanted, values, name);
            assertFalse(Arrays.equals(before.get(name), values), name);
          }
        });
  }

  public static void assertClose(float[] wanted, float[] found, String name) {
    assertEquals(wanted.length, found.length, name);
    for (int i = 0; i < wanted.length; i++) {
      assertEquals(wanted[i], found[i], TOLERANCE, name);
    }
  }
}
