package io.shardwright.cli;

import io.shardwright.core.Manifest;
import io.shardwright.core.Verification;
import io.shardwright.core.Verification.TensorSum;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads everything and checks that it is whole. */
@Command(name = "verify", description = "Read everything in a checkpoint and check its wholeness.")
final class VerifyCommand extends ScreenCommand {
  @Parameters(paramLabel = "SRC", description = "A .nemo file or a folder.")
  private Path source;

  @Option(
      names = "--sums",
      description = "Print a line per tensor: SHA-256, type, shape, name, between tabs.")
  private boolean sums;

  @Option(names = "--values", description = "Count NaN and infinities.")
  private boolean values;

  @Option(
      names = "--manifest",
      description =
          "The same for every logical tensor: whole, without vocabulary padding, under its canonical"
              + " name; equal for every layout and naming of one model.")
  private boolean manifest;

  @Override
  public Integer call() {
    Verification found = shardwright().verify(source, sums, values, progress());
    Optional<Manifest> logical =
        manifest ? Optional.of(shardwright().manifest(source, progress())) : Optional.empty();
    if (common().json()) {
      screen().print(Json.object(fields(found, logical).map()));
    } else if (sums || manifest) {
      found.tensors().stream()
          .filter(sum -> sums)
          .map(VerifyCommand::sumLine)
          .forEach(screen()::print);
      logical.ifPresent(this::print);
    } else {
      screen().print(summary(found));
    }
    if (values && !common().json()) {
      found.tensors().stream()
          .filter(VerifyCommand::odd)
          .map(VerifyCommand::oddLine)
          .forEach(screen()::print);
    }
    screen().notes(found.notes(), common().quiet());
    return ExitCode.DONE;
  }

  private void print(Manifest logical) {
    logical.tensors().forEach(entry -> screen().print(line(entry.spec(), entry.sha256())));
    if (!logical.vocabularyKnown()) {
      var note = "the true vocabulary size is unknown: its tensors' sums are over all rows";
      screen().notes(List.of(note), common().quiet());
    }
  }

  private static String sumLine(TensorSum sum) {
    return line(sum.spec(), sum.sha256());
  }

  private static String line(TensorSpec spec, String sha256) {
    return String.join(
        "\t",
        sha256,
        spec.dtype().safetensorsName(),
        spec.shape().toString(),
        Screen.safe(spec.name()));
  }

  private String summary(Verification found) {
    return String.format(
        Locale.ROOT,
        "%s: whole, %s tensors, %s read",
        Screen.safe(source.toString()),
        Sizes.count(found.tensors().size()),
        Sizes.bytes(found.bytesRead()));
  }

  private static boolean odd(TensorSum sum) {
    return sum.nan().orElse(0) + sum.infinite().orElse(0) > 0;
  }

  private static String oddLine(TensorSum sum) {
    return String.format(
        Locale.ROOT,
        "%s: %d NaN, %d infinite (%s)",
        Screen.safe(sum.spec().name()),
        sum.nan().orElse(0),
        sum.infinite().orElse(0),
        Screen.safe(sum.file()));
  }

  private Fields fields(Verification found, Optional<Manifest> logical) {
    return Fields.of("path", source)
        .and("whole", true)
        .and("bytes_read", found.bytesRead())
        .and("tensors", found.tensors().stream().map(VerifyCommand::tensor).toList())
        .and("manifest", logical.map(VerifyCommand::manifest))
        .and("notes", found.notes());
  }

  private static Map<String, Object> manifest(Manifest logical) {
    return Fields.of("family", logical.family())
        .and("vocabulary_known", logical.vocabularyKnown())
        .and("tensors", logical.tensors().stream().map(VerifyCommand::entry).toList())
        .map();
  }

  private static Map<String, Object> entry(Manifest.Entry entry) {
    return Fields.of("name", entry.spec().name())
        .and("dtype", entry.spec().dtype().torchName())
        .and("shape", entry.spec().shape().dims())
        .and("sha256", entry.sha256())
        .map();
  }

  private static Map<String, Object> tensor(TensorSum sum) {
    return Fields.of("file", sum.file())
        .and("name", sum.spec().name())
        .and("dtype", sum.spec().dtype().torchName())
        .and("shape", sum.spec().shape().dims())
        .and("sha256", sum.sha256().isEmpty() ? null : sum.sha256())
        .and("nan", sum.nan())
        .and("infinite", sum.infinite())
        .map();
  }
}
