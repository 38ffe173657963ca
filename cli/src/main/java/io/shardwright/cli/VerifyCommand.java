package io.shardwright.cli;

import io.shardwright.core.Verification;
import io.shardwright.core.Verification.Detail;
import io.shardwright.core.Verification.TensorSum;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads everything and checks that it is whole. */
@Command(
    name = "verify",
    addMethodSubcommands = false,
    description = "Read the whole checkpoint and check its integrity.",
    footer = "shardwright verify model.nemo --sums")
final class VerifyCommand extends ScreenCommand {
  @Parameters(paramLabel = "SRC", description = "A checkpoint: a file or a folder.")
  private Path source;

  @Option(
      names = "--sums",
      description = {
        "Print SHA-256, dtype, shape and name per tensor.",
        "One line per tensor, tab-separated."
      })
  private boolean sums;

  @Option(names = "--values", description = "Count NaN and infinities.")
  private boolean values;

  @Option(
      names = "--manifest",
      description = {
        "As --sums, for logical tensors.",
        "Logical tensors are whole, without vocabulary padding, under canonical names; the sums are"
            + " equal for every layout and naming of one model."
      })
  private boolean manifest;

  @Override
  public Integer call() {
    Verification found = shardwright().verify(source, details(), progress());
    Optional<ManifestView> logical =
        manifest
            ? Optional.of(new ManifestView(shardwright().manifest(source, progress())))
            : Optional.empty();
    if (common().json()) {
      screen().print(Json.object(fields(found, logical).map()));
    } else if (sums || manifest) {
      found.tensors().stream()
          .filter(sum -> sums)
          .map(VerifyCommand::sumLine)
          .forEach(screen()::print);
      logical.ifPresent(view -> view.lines().forEach(screen()::print));
    } else {
      screen().print(summary(found));
    }
    if (values && !common().json()) {
      found.tensors().stream()
          .filter(VerifyCommand::odd)
          .map(VerifyCommand::oddLine)
          .forEach(screen()::print);
    }
    logical.ifPresent(view -> notes(view.notes()));
    notes(CheckpointText.unreadable(found.summary()));
    notes(found.notes(flags()));
    return ExitCode.DONE;
  }

  private Set<Detail> details() {
    var details = EnumSet.noneOf(Detail.class);
    if (sums) {
      details.add(Detail.SUMS);
    }
    if (values) {
      details.add(Detail.VALUES);
    }
    return details;
  }

  private static String sumLine(TensorSum sum) {
    return ManifestView.line(sum.spec(), sum.sha256());
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

  private Fields fields(Verification found, Optional<ManifestView> logical) {
    return Fields.of("path", source)
        .and("whole", true)
        .and("bytes_read", found.bytesRead())
        .and("tensors", found.tensors().stream().map(VerifyCommand::tensor).toList())
        .and("manifest", logical.map(ManifestView::fields))
        .and("unreadable_tensors", CheckpointFields.unreadable(found.summary()))
        .and("notes", found.notes(flags()));
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
