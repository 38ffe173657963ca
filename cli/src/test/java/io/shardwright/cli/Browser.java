package io.shardwright.cli;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Chromium without a window. */
final class Browser {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");

  private final Path program;
  private final Path folder;
  private int starts;

  /** One that is on the path, with its files in a folder. */
  Browser(Path folder) {
    this.folder = folder;
    this.program =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .flatMap(entry -> NAMES.stream().map(name -> Path.of(entry, name)))
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow(() -> new AssertionError("none of " + NAMES + " is on the path"));
  }

  /** What a start printed, messages of the page's console among it. */
  record Output(String out, String err) {}

  private Output start(Path page, String... options) throws IOException, InterruptedException {
    Path out = folder.resolve("out" + starts);
    Path err = folder.resolve("err" + starts);
    var command = new ArrayList<>(List.of(program.toString(), "--headless", "--no-sandbox"));
    command.addAll(List.of("--disable-gpu", "--disable-quic", "--no-first-run"));
    command.addAll(List.of("--disable-background-networking", "--disable-component-update"));
    command.addAll(List.of("--disable-sync", "--hide-scrollbars", "--enable-logging=stderr"));
    command.add("--virtual-time-budget=2000");
    command.add("--user-data-dir=" + Files.createDirectory(folder.resolve("user" + starts++)));
    command.addAll(List.of(options));
    command.add(page.toUri().toString());
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    process.waitFor();
    return new Output(Files.readString(out), Files.readString(err));
  }

  /** A picture of a page, and what its console says. */
  BufferedImage picture(Path page, Path png, boolean dark, int width, int height)
      throws IOException, InterruptedException {
    var output =
        start(
            page,
            "--screenshot=" + png,
            "--window-size=" + width + "," + height,
            "--blink-settings=preferredColorScheme=" + (dark ? 0 : 1));
    if (output.err().contains("CONSOLE")) {
      throw new AssertionError("the page's console says: " + output.err());
    }
    return ImageIO.read(png.toFile());
  }

  /** A page's document after its scripts have run. */
  String document(Path page) throws IOException, InterruptedException {
    return start(page, "--dump-dom").out();
  }
}
