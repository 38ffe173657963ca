package io.shardwright;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.publish.FreeName;
import io.shardwright.core.internal.publish.Overlap;
import io.shardwright.core.internal.publish.SideFile;
import io.shardwright.core.report.HtmlPage;
import io.shardwright.core.report.HtmlReport;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/** Writes the page of a report to a file. */
public final class ReportFile {
  private ReportFile() {}

  /**
   * Checks that a page can be written to a path, before a run.
   *
   * @param file the path of the page
   * @param request the request of the run, whose inputs the page must not replace
   * @param overwrite whether the page may replace an existing file
   * @throws UnsafeCheckpointException if the file exists and may not be replaced, is not a regular
   *     file, or is an input of the run, or if its folder does not exist
   */
  public static void requireWritable(Path file, ReshardRequest request, boolean overwrite) {
    boolean made = made(file.toAbsolutePath().normalize(), request);
    requireWritable(file, request.inputs(), overwrite, made);
  }

  /**
   * Checks that a page about checkpoints can be written to a path, before they are read.
   *
   * @param file the path of the page
   * @param inputs the checkpoints, which the page must not replace
   * @param overwrite whether the page may replace an existing file
   * @throws UnsafeCheckpointException if the file exists and may not be replaced, is not a regular
   *     file, or is one of the inputs or holds it, or if its folder does not exist
   */
  public static void requireWritable(Path file, List<Path> inputs, boolean overwrite) {
    requireWritable(file, inputs, overwrite, false);
  }

  private static void requireWritable(
      Path file, Collection<Path> inputs, boolean overwrite, boolean madeByRun) {
    Path at = file.toAbsolutePath().normalize();
    FreeName.refuseExisting(at, overwrite);
    inputs.forEach(input -> Overlap.refuseFile(input, at));
    if (Files.isDirectory(at)) {
      throw new UnsafeCheckpointException(
          ErrorCode.TARGET_EXISTS, file.toString(), "is a folder, expected a new name for a file");
    }
    if (at.getParent() == null || !Files.isDirectory(at.getParent()) && !madeByRun) {
      throw new UnsafeCheckpointException(
          ErrorCode.TARGET_DENIED,
          file.toString(),
          "can't be written: its folder does not exist; make it first");
    }
    if (Files.isDirectory(at.getParent()) && !Files.isWritable(at.getParent())) {
      throw new UnsafeCheckpointException(
          ErrorCode.TARGET_DENIED, file.toString(), "can't be written: permission denied");
    }
  }

  /** Whether the run makes the page's folder, on the way to its target. */
  private static boolean made(Path page, ReshardRequest request) {
    Path target = request.target().toAbsolutePath().normalize();
    return request.run().mkdirs() && target.startsWith(page.getParent());
  }

  /**
   * Writes a page atomically.
   *
   * @param page the page
   * @param file the path of the page
   * @param overwrite whether an existing file may be replaced
   * @throws UnsafeCheckpointException as {@link #requireWritable} does
   * @throws CheckpointIoException if writing fails; the path is left as it was before
   */
  public static void write(HtmlReport page, Path file, boolean overwrite) {
    requireWritable(file, page.request(), overwrite);
    write((HtmlPage) page, file, overwrite);
  }

  /**
   * Writes a page about checkpoints atomically.
   *
   * @param page the page
   * @param inputs the checkpoints, which the page must not replace
   * @param file the path of the page
   * @param overwrite whether an existing file may be replaced
   * @throws UnsafeCheckpointException as {@link #requireWritable} does
   * @throws CheckpointIoException if writing fails; the path is left as it was before
   */
  public static void write(HtmlPage page, List<Path> inputs, Path file, boolean overwrite) {
    requireWritable(file, inputs, overwrite);
    write(page, file, overwrite);
  }

  private static void write(HtmlPage page, Path file, boolean overwrite) {
    byte[] html = page.html().getBytes(StandardCharsets.UTF_8);
    try (var staged = SideFile.stage(file, html, false)) {
      staged.publish(overwrite);
    }
  }
}
