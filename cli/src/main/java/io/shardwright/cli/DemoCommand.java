package io.shardwright.cli;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.Shardwright;
import io.shardwright.core.Verification.TensorSum;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The main job on a real checkpoint. */
@Command(
    name = "demo",
    description = "Reshard a bundled NeMo ViT from TP 1 to TP 2 and back, verify it and show it.")
final class DemoCommand extends ScreenCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      defaultValue = "shardwright-demo",
      description = "Where to leave the files; ${DEFAULT-VALUE} where omitted.")
  private Path folder;

  @Override
  public Integer call() {
    Shardwright shardwright = shardwright();
    Path one = unpack(folder.resolve("vit-tp1.nemo"));
    Path two = reshard(shardwright, one, folder.resolve("vit-tp2.nemo"), 2);
    Path back = reshard(shardwright, two, folder.resolve("vit-tp2-tp1.nemo"), 1);
    List<String> before = sums(shardwright, one);
    boolean same = before.equals(sums(shardwright, back));
    try (var original = shardwright.open(one);
        var split = shardwright.open(two)) {
      new DemoPicture(original.tensors(), split.tensors()).lines().forEach(screen()::print);
    }
    screen().print("");
    screen()
        .print(
            "TP 1 -> TP 2 -> TP 1: "
                + (same
                    ? before.size()
                        + " of "
                        + before.size()
                        + " tensors have their first SHA-256 again"
                    : "the tensors differ"));
    screen().print("Next, try:");
    screen().print("  ./shardwright inspect " + two + " --tensors");
    screen()
        .print("  ./shardwright reshard " + one + " " + folder.resolve("vit-tp4.nemo") + " --tp 4");
    screen().print("  ./shardwright verify " + two + " --sums");
    return same ? ExitCode.DONE : ExitCode.DIFFERENT;
  }

  private static Path unpack(Path file) {
    try (InputStream bundled = DemoCommand.class.getResourceAsStream("/demo/vit-tp1.nemo")) {
      Files.createDirectories(file.getParent());
      Files.copy(bundled, file, StandardCopyOption.REPLACE_EXISTING);
      return file;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The demo's own files from an earlier run are replaced. */
  private Path reshard(Shardwright shardwright, Path source, Path target, int ranks) {
    var request =
        ReshardRequest.builder(source, target)
            .tensorModelParallelSize(ranks)
            .overwrite(true)
            .build();
    var report = shardwright.run(shardwright.plan(request), ProgressListener.SILENT);
    new RunView(this).show(report);
    return target;
  }

  private static List<String> sums(Shardwright shardwright, Path source) {
    return shardwright.verify(source, true, false, ProgressListener.SILENT).tensors().stream()
        .map((TensorSum sum) -> sum.spec() + " " + sum.sha256())
        .toList();
  }
}
