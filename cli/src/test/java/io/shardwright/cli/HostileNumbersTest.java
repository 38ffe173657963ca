package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Numbers in configurations that no model has: a code, never a crash. */
class HostileNumbersTest extends HuggingFaceFolders {
  private static final List<String> VALUES =
      List.of(
          "0",
          "-1",
          "1",
          "3",
          "1000000000000000000",
          "999999999999999999",
          "9223372036854775807",
          "99999999999999999999999",
          "1e308",
          "-1e308",
          "1.5",
          "2147483648",
          "true",
          "null",
          "\"NaN\"",
          "[]",
          "{}");
  private static final Pattern YAML = Pattern.compile("(?m)^[a-z_]+: (-?[0-9][0-9.e-]*|null)$");
  private static final Pattern JSON = Pattern.compile("\"[a-z_]+\": (-?[0-9][0-9.e-]*|null)");
  private static final int CASES = Integer.getInteger("shardwright.cases", 30);

  @Test
  void isRefusedOrDone() throws IOException {
    var sources =
        List.of(
            unpacked("llama-mha-legacy-tp1.nemo"),
            unpacked("llama-gqa-mcore-tp2pp2.nemo"),
            unpacked("gpt-5b-like-tp2pp2.nemo"),
            convert(huggingFace("vit"), "vit"),
            huggingFace("llama"),
            huggingFace("gpt2"));
    for (int seed = 0; seed < CASES; seed++) {
      var random = new Random(seed);
      Path source = sources.get(random.nextInt(sources.size()));
      boolean json = Files.exists(source.resolve(CONFIG));
      Path config = source.resolve(json ? CONFIG : "model_config.yaml");
      String before = Files.readString(config);
      Files.writeString(config, changed(before, json ? JSON : YAML, random));
      tried(source, json, "seed " + seed + ": " + Files.readString(config));
      Files.writeString(config, before);
    }
  }

  private Path unpacked(String name) throws IOException {
    Path folder = this.folder.resolve(name + "-folder");
    Run.reshard(Checkpoints.copy(name, this.folder), folder);
    return folder;
  }

  private static String changed(String text, Pattern numbers, Random random) {
    var places = new ArrayList<int[]>();
    Matcher number = numbers.matcher(text);
    while (number.find()) {
      places.add(new int[] {number.start(1), number.end(1)});
    }
    int[] place = places.get(random.nextInt(places.size()));
    String value = VALUES.get(random.nextInt(VALUES.size()));
    return text.substring(0, place[0]) + value + text.substring(place[1]);
  }

  private void tried(Path source, boolean json, String what) {
    Path out = folder.resolve("out.nemo");
    for (Object[] command :
        new Object[][] {
          {"plan", source, out, "--tp", 2, "--vocab-size", 250},
          {"plan", source, out, "--naming", json ? "mcore" : "keep"},
          {"plan", source, folder.resolve("hf"), "--to", json ? "nemo" : "huggingface"},
          {"verify", source}
        }) {
      Run run = Run.of(command);
      assertTrue(List.of(0, 3, 5, 6).contains(run.code()), run.code() + what + run.err());
    }
    Run inspect = Run.of("inspect", source);
    assertEquals(inspect.code() == 0 ? 0 : 3, inspect.code(), what + inspect.err());
  }
}
