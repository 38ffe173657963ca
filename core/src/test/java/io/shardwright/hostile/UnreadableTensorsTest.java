package io.shardwright.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.Verification;
import io.shardwright.core.outline.UnreadableTensor;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A tensor that is not read is named with its kind, and blocks only what would lose it. */
class UnreadableTensorsTest {
  private static final Shardwright SHARDWRIGHT = Shardwright.create();

  @TempDir Path folder;

  /** What it is, and the pickled value that makes it. */
  record Odd(String kind, Consumer<Pickle> value) {
    @Override
    public String toString() {
      return kind;
    }
  }

  private static Odd call(String kind, String function) {
    return new Odd(kind, p -> p.global("torch._utils", function).op(')').op('R'));
  }

  static Stream<Odd> odds() {
    return Stream.of(
        call("a sparse tensor", "_rebuild_sparse_tensor"),
        call("a quantized tensor", "_rebuild_qtensor"),
        call("a nested tensor", "_rebuild_nested_tensor"),
        call("a meta tensor without values", "_rebuild_meta_tensor_no_storage"),
        call("a wrapper subclass of a tensor", "_rebuild_wrapper_subclass"),
        new Odd(
            "a parameter without values",
            p -> p.global("torch.nn.parameter", "UninitializedParameter").op(')').op('R')),
        new Odd(
            "a sparse tensor",
            p ->
                p.global("torch._utils", "_rebuild_parameter")
                    .global("torch._utils", "_rebuild_sparse_tensor")
                    .op(')')
                    .op('R')
                    .op(0x88)
                    .none()
                    .op(0x87)
                    .op('R')),
        new Odd(
            "an object of class my.Box with tensors inside",
            p -> p.global("my", "Box").tensor("1", 2).op(0x85).op('R')));
  }

  @ParameterizedTest
  @MethodSource("odds")
  void isNamedWithItsKind(Odd odd) throws IOException {
    Path file = file(odd);
    try (var checkpoint = SHARDWRIGHT.open(file)) {
      assertEquals(List.of("odd: " + odd.kind()), named(checkpoint.summary().unreadable()));
      assertEquals(1, checkpoint.tensors().size());
    }
    var found =
        SHARDWRIGHT.verify(
            file,
            Set.of(Verification.Detail.SUMS, Verification.Detail.VALUES),
            ProgressListener.SILENT);
    assertEquals(List.of("odd: " + odd.kind()), named(found.summary().unreadable()));
    assertEquals(1, found.tensors().size());
  }

  @ParameterizedTest
  @MethodSource("odds")
  void isLeftOutOnRequestOnly(Odd odd) throws IOException {
    Path file = file(odd);
    Path target = folder.resolve("out");
    var refusal =
        assertThrows(UnsupportedCheckpointException.class, () -> convert(file, target, false));
    assertTrue(refusal.getMessage().contains("'odd' is " + odd.kind()), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("skipUnreadable"), refusal.getMessage());
    assertFalse(Files.exists(target));
    Report report = convert(file, target, true);
    assertTrue(
        report.notes().stream().anyMatch(note -> note.contains("'odd' is " + odd.kind())),
        report.notes().toString());
    try (var checkpoint = SHARDWRIGHT.open(target)) {
      assertEquals(List.of(), named(checkpoint.summary().unreadable()));
      assertEquals("w", checkpoint.tensors().get(0).spec().name());
    }
  }

  @ParameterizedTest
  @CsvSource({"F4, 24", "F6_E2M3, 16", "F6_E3M2, 32"})
  void isNamedWhereItsElementsAreNarrowerThanAByte(String type, int elements) throws IOException {
    int bytes = elements * (type.equals("F4") ? 4 : 6) / 8;
    String shape = "[2," + elements / 2 + "]";
    String header =
        Safetensors.tensor("w", "F32", "[1]", 0, 4)
            + ","
            + Safetensors.tensor("odd", type, shape, 4, 4 + bytes);
    Path file = folder.resolve("narrow.safetensors");
    Files.write(file, Safetensors.of("{" + header + "}", new byte[4 + bytes]));
    try (var checkpoint = SHARDWRIGHT.open(file)) {
      assertEquals(
          List.of("odd: a tensor with elements of type " + type),
          named(checkpoint.summary().unreadable()));
    }
    requireLeftOut(file, "'odd' is a tensor with elements of type " + type);
  }

  @ParameterizedTest
  @CsvSource({"complex32, 1, 12", "complex32, 3, 12", "complex128, 1, 16", "complex128, 2, 32"})
  void isLeftOutOnRequestWhereSafetensorsHasNoWordForItsType(String type, int size, int bytes)
      throws IOException {
    Path file = folder.resolve("complex.pt");
    byte[] pickle = Pickle.stateDict(1, p -> p.text("odd").tensorOfBytes(type, "1", bytes, size));
    Files.write(file, Zip.torch(pickle, Octets.floats(1), new byte[bytes]).bytes());
    assertEquals(2, SHARDWRIGHT.verify(file, Set.of(), ProgressListener.SILENT).tensors().size());
    requireLeftOut(file, "'odd' is of type " + type + ", which safetensors can't express");
  }

  @Test
  void isLeftOutOnRequestWhereAnArraysModuleHasAStateOfSuchAType() throws IOException {
    byte[] pickle = Pickle.protocol(2).tensorOfBytes("complex128", "0", 16, 1).stop();
    byte[] state = Zip.torch(pickle, new byte[16]).bytes();
    byte[] archive =
        ZarrCases.nemo(ZarrCases.header("[3]", "[3]", ""))
            .file("./model_weights/w/0", Octets.floats(1, 2, 3))
            .file("./model_weights/m._extra_state/shard_0_1.pt", state)
            .end();
    Path file = Files.write(folder.resolve("arrays.nemo"), archive);
    requireLeftOut(
        file,
        "model_weights/m._extra_state/shard_0_1.pt",
        "'m._extra_state/shard_0_1' is of type complex128, which safetensors can't express");
  }

  private void requireLeftOut(Path file, String what) {
    requireLeftOut(file, String.valueOf(file.getFileName()), what);
  }

  private void requireLeftOut(Path file, String member, String what) {
    Path target = folder.resolve("out");
    var refusal =
        assertThrows(UnsupportedCheckpointException.class, () -> convert(file, target, false));
    assertTrue(refusal.getMessage().contains(file.getFileName() + ": " + what), refusal.toString());
    assertTrue(refusal.getMessage().contains("skipUnreadable"), refusal.getMessage());
    assertFalse(Files.exists(target));
    List<String> notes = convert(file, target, true).notes();
    assertTrue(notes.contains(member + ": " + what + ", and was left out"), "" + notes);
    try (var checkpoint = SHARDWRIGHT.open(target)) {
      assertEquals(1, checkpoint.tensors().size());
    }
  }

  private static Report convert(Path file, Path target, boolean skip) {
    var request =
        ReshardRequest.builder(file, target)
            .format(TargetFormat.SAFETENSORS)
            .skipUnreadable(skip)
            .sync(false)
            .build();
    return SHARDWRIGHT.run(request, ProgressListener.SILENT);
  }

  private Path file(Odd odd) throws IOException {
    byte[] pickle = Pickle.stateDict(3, p -> odd.value().accept(p.text("odd")));
    byte[] zip = Zip.torch(pickle, Octets.floats(1, 2, 3), Octets.floats(4, 5)).bytes();
    return Files.write(folder.resolve("odd.pt"), zip);
  }

  private static List<String> named(List<UnreadableTensor> tensors) {
    return tensors.stream().map(tensor -> tensor.name() + ": " + tensor.kind()).toList();
  }
}
