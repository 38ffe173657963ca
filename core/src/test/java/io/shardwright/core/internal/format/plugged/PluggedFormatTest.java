package io.shardwright.core.internal.format.plugged;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.SmallCheckpoint;
import io.shardwright.core.FormatDescription;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RunOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.Verification.TensorSum;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.format.Contents;
import io.shardwright.spi.format.StoredBytes;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredTensor;
import io.shardwright.spi.format.TensorFormat;
import io.shardwright.spi.format.TensorLayout.Container;
import io.shardwright.spi.format.TensorLayout.OutputFile;
import io.shardwright.spi.format.TensorLayout.Part;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluggedFormatTest {
  private static final TargetFormat DUMP = new TargetFormat("dump");

  @TempDir Path folder;

  private Path nemo() {
    var random = new Random(19);
    var small = SmallCheckpoint.of("target: none.Such");
    for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16, DType.INT64, DType.BOOL)) {
      var spec = new TensorSpec("model." + dtype, dtype, Shape.of(3, 4));
      byte[] values = new byte[(int) spec.byteSize()];
      random.nextBytes(values);
      small.tensor(spec, dtype == DType.BOOL ? new byte[12] : values);
    }
    return small.write(folder.resolve("nemo"));
  }

  private Shardwright with(Class<? extends TensorFormat> format) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(TensorFormat.class.getName()), format.getName());
    var urls = new URL[] {folder.toUri().toURL()};
    var loader = new URLClassLoader(urls, getClass().getClassLoader());
    return Shardwright.builder().classLoader(loader).build();
  }

  private static void convert(Shardwright by, Path source, Path target, TargetFormat format) {
    by.run(
        ReshardRequest.builder(source, target).format(format).sync(false).build(),
        ProgressListener.SILENT);
  }

  private static Map<TensorSpec, String> sums(Shardwright by, Path path) {
    return by.verify(path, Set.of(), ProgressListener.SILENT).tensors().stream()
        .collect(Collectors.toMap(TensorSum::spec, TensorSum::sha256));
  }

  @Test
  void writesAndReadsPlainFilesOfAFolder() throws IOException {
    var dumps = with(DumpFormat.class);
    Path source = nemo();
    Path dump = folder.resolve("dump");
    convert(dumps, source, dump, DUMP);
    assertEquals(sums(dumps, source), sums(dumps, dump));
    try (var open = dumps.open(dump)) {
      assertEquals("dump", open.summary().format());
      assertTrue(open.summary().notes().contains("read as a dump"));
    }
    Path back = folder.resolve("back");
    convert(dumps, dump, back, TargetFormat.SAFETENSORS);
    assertTrue(dumps.diff(source, back, RunOptions.DEFAULT, ProgressListener.SILENT).same());
  }

  @Test
  void readsColumnsAndBigEndianValues() throws IOException {
    var dumps = with(DumpFormat.class);
    Path dump = Files.createDirectories(folder.resolve("dump"));
    Files.write(dump.resolve("index.dump"), DumpFormat.head("1"));
    byte[] head = DumpFormat.head("odd INT16 COLUMN_MAJOR big 2 3");
    byte[] file = Arrays.copyOf(head, head.length + 12);
    byte[] values = {0, 11, 0, 21, 0, 12, 0, 22, 0, 13, 0, 23};
    System.arraycopy(values, 0, file, head.length, values.length);
    Files.write(dump.resolve("0.dump"), file);
    convert(dumps, dump, folder.resolve("st"), TargetFormat.SAFETENSORS);
    byte[] written = Files.readAllBytes(folder.resolve("st/model.safetensors"));
    byte[] rows = {11, 0, 12, 0, 13, 0, 21, 0, 22, 0, 23, 0};
    assertArrayEquals(rows, Arrays.copyOfRange(written, written.length - 12, written.length));
  }

  @Test
  void refusesWhatItsFilesDoNotHold() throws IOException {
    var dumps = with(DumpFormat.class);
    Path dump = folder.resolve("dump");
    convert(dumps, nemo(), dump, DUMP);
    Path first = dump.resolve("0.dump");
    for (String line :
        List.of(
            "a FLOAT32 ROW_MAJOR little 3 5",
            "a FLOAT32 ROW_MAJOR little 10000000000 10000000000",
            "a FLOAT32 ROW_MAJOR little -3 -4")) {
      Files.write(first, DumpFormat.head(line));
      assertEquals(ErrorCode.TENSOR_MALFORMED, refusal(() -> sums(dumps, dump)).code(), line);
    }
    Files.write(first, new byte[12]);
    assertEquals(ErrorCode.TENSOR_MALFORMED, refusal(() -> sums(dumps, dump)).code());
    Files.delete(first);
    assertEquals(ErrorCode.SOURCE_MISSING, refusal(() -> sums(dumps, dump)).code());
  }

  private static CheckpointException refusal(Runnable attempt) {
    return assertThrows(CheckpointException.class, attempt::run);
  }

  @Test
  void namesTheJarOfAFormatThatFailsOrBreaksItsContract() throws IOException {
    var whole = with(DumpFormat.class);
    Path source = nemo();
    Path dump = folder.resolve("dump");
    convert(whole, source, dump, DUMP);
    for (var flawed : List.of(Throwing.class, Deep.class, Alien.class)) {
      var by = with(flawed);
      var refusal = refusal(() -> sums(by, dump));
      assertEquals(ErrorCode.ADAPTER_BROKEN, refusal.code(), flawed.getName());
      assertTrue(refusal.getMessage().contains("'dump' failed while reading dump"));
    }
    for (var flawed : List.of(Twice.class, Forgetful.class, Escaping.class, Unread.class)) {
      var by = with(flawed);
      Path target = folder.resolve(flawed.getSimpleName());
      var refusal = refusal(() -> convert(by, source, target, DUMP));
      assertTrue(
          Set.of(ErrorCode.ADAPTER_BROKEN, ErrorCode.UNSUPPORTED, ErrorCode.VERIFICATION_FAILED)
              .contains(refusal.code()),
          flawed + ": " + refusal);
      assertFalse(Files.exists(target), flawed.getName());
    }
  }

  @Test
  void refusesNamesThatAZipTakesForOne() throws IOException {
    var zips = with(Zipped.class);
    var small = SmallCheckpoint.of("target: none.Such");
    for (String name : List.of("model.a", "model.A")) {
      small.tensor(new TensorSpec(name, DType.INT8, Shape.of(1)), new byte[1]);
    }
    Path source = small.write(folder.resolve("nemo"));
    var refusal = refusal(() -> convert(zips, source, folder.resolve("zip"), DUMP));
    assertEquals(ErrorCode.UNSUPPORTED, refusal.code());
    assertTrue(refusal.getMessage().contains("on systems that ignore case"), refusal.getMessage());
  }

  @Test
  void isListedWithWhatItKeepsAndWhereItIsFrom() throws IOException {
    var listed = with(DumpFormat.class).formats();
    var dump = listed.get(listed.size() - 1);
    String origin = DumpFormat.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    assertEquals(new FormatDescription("dump", origin, true, List.of("stored")), dump);
    var unknown = new TargetFormat("dumb");
    var refusal =
        refusal(
            () -> {
              try {
                convert(with(DumpFormat.class), nemo(), folder.resolve("x"), unknown);
              } catch (IOException failure) {
                throw new java.io.UncheckedIOException(failure);
              }
            });
    assertTrue(
        refusal.getMessage().contains("available: nemo, lightning, safetensors"),
        refusal.getMessage());
  }

  /** One that fails. */
  public static final class Throwing extends DumpFormat {
    @Override
    public Contents read(StoredFiles files) {
      throw new IllegalStateException("no such luck");
    }
  }

  /** One that asks itself. */
  public static final class Deep extends DumpFormat {
    @Override
    public Contents read(StoredFiles files) {
      return read(files);
    }
  }

  /** One that opens files by itself. */
  public static final class Alien extends DumpFormat {
    @Override
    StoredTensor tensor(StoredBytes bytes) {
      var own = super.tensor(bytes);
      StoredBytes alien =
          new StoredBytes() {
            @Override
            public String name() {
              return "mine";
            }

            @Override
            public long size() {
              return Long.MAX_VALUE;
            }

            @Override
            public byte[] read(long offset, long length) {
              return new byte[0];
            }
          };
      return new StoredTensor(
          own.name(), own.dtype(), own.dims(), alien, 0, own.order(), own.byteOrder());
    }
  }

  /** One that writes a tensor twice. */
  public static final class Twice extends DumpFormat {
    @Override
    List<OutputFile> layOut(List<TensorSpec> tensors) {
      var files = super.layOut(tensors);
      files.add(file("again", "", Optional.of(tensors.get(0))));
      return files;
    }
  }

  /** One that leaves a tensor out. */
  public static final class Forgetful extends DumpFormat {
    @Override
    List<OutputFile> layOut(List<TensorSpec> tensors) {
      return super.layOut(tensors.subList(1, tensors.size()));
    }
  }

  /** One that writes elsewhere. */
  public static final class Escaping extends DumpFormat {
    @Override
    List<OutputFile> layOut(List<TensorSpec> tensors) {
      var files = super.layOut(tensors);
      files.add(file("../elsewhere", "", Optional.empty()));
      return files;
    }
  }

  /** One that can't read what it writes. */
  public static final class Unread extends DumpFormat {
    @Override
    public boolean recognizes(StoredFiles files) {
      return false;
    }
  }

  /** One that writes a zip. */
  public static final class Zipped extends DumpFormat {
    @Override
    List<OutputFile> layOut(List<TensorSpec> tensors) {
      var parts =
          tensors.stream().map(t -> new Part(t.name(), new byte[0], Optional.of(t))).toList();
      return List.of(new OutputFile("", Container.ZIP, parts));
    }
  }
}
