package io.shardwright.cli;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The demo's folder. A file in it says that the demo made it; without that file nothing that is
 * there is replaced, and with it nothing is written through a link.
 */
final class DemoFiles {
  private static final String MARK = "ABOUT.txt";
  private static final String ABOUT =
      """
      Made by 'shardwright demo', which replaces its own files when it is run again.
      vit-digits reads handwritten digits, llama-tiny has random weights and a tokenizer.
      """;

  private static final Map<String, List<String>> BUNDLED =
      Map.of(
          "vit-digits",
          List.of("config.json", "model.safetensors"),
          "llama-tiny",
          List.of(
              "config.json",
              "generation_config.json",
              "model.safetensors",
              "special_tokens_map.json",
              "tokenizer.model",
              "tokenizer_config.json"));

  private final Path folder;

  private DemoFiles(Path folder) {
    this.folder = folder;
  }

  /**
   * Unpacks the checkpoints.
   *
   * @param made names that the demo will make
   * @throws UnsafeCheckpointException if one of the names is taken by someone else's file
   */
  static DemoFiles unpack(Path folder, List<String> made) {
    var files = new DemoFiles(folder);
    try {
      files.requireOwn(made);
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(MARK), ABOUT);
      for (var model : BUNDLED.entrySet()) {
        Files.createDirectories(folder.resolve(model.getKey()));
        for (String file : model.getValue()) {
          files.copy(model.getKey() + "/" + file);
        }
      }
      return files;
    } catch (IOException failure) {
      throw new CheckpointIoException(
          ErrorCode.WRITE_FAILED, folder.toString(), "can't be written: " + failure.getMessage());
    }
  }

  private void requireOwn(List<String> made) throws IOException {
    boolean own = own(folder.resolve(MARK));
    for (String name : Stream.concat(Stream.of(MARK), names(made)).toList()) {
      Path path = folder.resolve(name);
      if (own ? Files.isSymbolicLink(path) : Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new UnsafeCheckpointException(
            ErrorCode.TARGET_EXISTS,
            path.toString(),
            "exists already and was not written by the demo: give the demo an empty or new folder");
      }
    }
  }

  private static boolean own(Path mark) throws IOException {
    byte[] own = ABOUT.getBytes(StandardCharsets.UTF_8);
    return Files.isRegularFile(mark, LinkOption.NOFOLLOW_LINKS)
        && Files.size(mark) == own.length
        && Arrays.equals(Files.readAllBytes(mark), own);
  }

  private static Stream<String> names(List<String> made) {
    return Stream.concat(BUNDLED.keySet().stream().sorted(), made.stream());
  }

  private void copy(String name) throws IOException {
    try (InputStream bundled = DemoFiles.class.getResourceAsStream("/demo/" + name)) {
      Files.copy(bundled, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  Path path(String name) {
    return folder.resolve(name);
  }
}
