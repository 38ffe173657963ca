package io.shardwright.core.internal.format.plugged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RunOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.engine.Checkpoints;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PluggedModelFormatTest {
  @TempDir Path folder;

  private Path source;

  @BeforeEach
  void copy() throws IOException {
    source = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
  }

  private Shardwright with(Class<? extends OddModels> format) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve("io.shardwright.spi.format.ModelFormat"), format.getName());
    var urls = new URL[] {folder.toUri().toURL()};
    return Shardwright.builder()
        .classLoader(new URLClassLoader(urls, getClass().getClassLoader()))
        .build();
  }

  private Path convert(Shardwright by, Path from, String to, String format) {
    Path target = folder.resolve(to);
    by.run(
        ReshardRequest.builder(from, target).format(new TargetFormat(format)).sync(false).build(),
        ProgressListener.SILENT);
    return target;
  }

  @Test
  void isReadAndWrittenAsFormatsOfOurs() throws IOException {
    var odd = with(OddModels.class);
    Path written = convert(odd, source, "odd", "another");
    assertTrue(Files.exists(written.resolve(OddModels.MARK)));
    try (var open = odd.open(written)) {
      assertEquals("another", open.summary().format());
      assertEquals("llama", open.summary().family().orElseThrow());
    }
    Path back = convert(odd, written, "back.nemo", "nemo");
    assertTrue(odd.diff(source, back, RunOptions.DEFAULT, ProgressListener.SILENT).same());
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void refusesWhatBreaksItsContract(Fault fault) throws IOException {
    var odd = with(fault.format);
    var refusal =
        assertThrows(CheckpointException.class, () -> convert(odd, source, "odd", "another"));
    assertEquals(fault.code, refusal.code(), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(fault.words), refusal.getMessage());
    assertFalse(Files.exists(folder.resolve("odd")));
  }

  /** What a format can do wrong. */
  enum Fault {
    THROWS(OddModels.Throwing.class, ErrorCode.ADAPTER_BROKEN, "failed while writing documents"),
    LEAVES_OUT(OddModels.LeavingOut.class, ErrorCode.ADAPTER_BROKEN, "without"),
    KEEPS_A_GRID(OddModels.KeepingGrid.class, ErrorCode.ADAPTER_BROKEN, "says that it keeps"),
    NAMES_A_FILE_ELSEWHERE(OddModels.Escaping.class, ErrorCode.UNSUPPORTED, "../config.json"),
    SAYS_ANOTHER_SIZE(OddModels.Lying.class, ErrorCode.CONFIG_CONTRADICTED, "hidden_size"),
    TWICE(OddModels.Twice.class, ErrorCode.UNSUPPORTED, "a folder of that name must be created");

    private final Class<? extends OddModels> format;
    private final ErrorCode code;
    private final String words;

    Fault(Class<? extends OddModels> format, ErrorCode code, String words) {
      this.format = format;
      this.code = code;
      this.words = words;
    }
  }

  @ParameterizedTest
  @ValueSource(
      classes = {OddModels.Illiterate.class, OddModels.Inventing.class, OddModels.Empty.class})
  void whatFailsWhileItReadsIsTheJarsFault(Class<? extends OddModels> format) throws IOException {
    Path written = convert(with(OddModels.class), source, "odd", "another");
    var reading = with(format);
    var refusal = assertThrows(CheckpointException.class, () -> reading.open(written));
    assertEquals(ErrorCode.ADAPTER_BROKEN, refusal.code());
    assertTrue(refusal.getMessage().contains("while reading odd"), refusal.getMessage());
  }

  @Test
  void tensorsWithoutAConfigurationAreNoModel() throws IOException {
    Path written = convert(with(OddModels.class), source, "odd", "another");
    var bare = with(OddModels.Bare.class);
    try (var open = bare.open(written)) {
      assertEquals(Optional.empty(), open.summary().family());
      assertFalse(open.tensors().isEmpty());
    }
    var refusal =
        assertThrows(CheckpointException.class, () -> convert(bare, written, "back.nemo", "nemo"));
    assertEquals(ErrorCode.FAMILY_UNKNOWN, refusal.code(), refusal.getMessage());
  }
}
