package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.Naming;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Numbers in configurations that no model has: a code, never a crash. */
class HostileNumbersTest extends ModelFolders {
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
  private static final Set<Kind> REFUSALS = Set.of(Kind.INPUT, Kind.RESOURCES, Kind.PLAN);
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
    Order.of(Checkpoints.copy(name, this.folder), folder).done();
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
    var order = Order.of(source, out);
    for (Attempt attempt :
        List.of(
            Order.of(source, out).tp(2).vocab(250).planned(),
            (json ? order.naming(Naming.MCORE) : order).planned(),
            converting(source, folder.resolve("other")).planned(),
            Attempt.verify(source))) {
      assertTrue(attempt.kind().map(REFUSALS::contains).orElse(true), what + attempt);
    }
    var opened = Attempt.open(source);
    assertTrue(opened.kind().map(Kind.INPUT::equals).orElse(true), what + opened);
  }
}
