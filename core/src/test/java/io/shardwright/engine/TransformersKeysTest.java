package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The keys of every class's configuration, by the list in the test resources: those that
 * transformers 4.40.2, 4.46.3, 4.57.1 and 5.24.0 declare or set in {@code configuration_….py}, and
 * in the first line, those of {@code PretrainedConfig} and of a generation.
 */
class TransformersKeysTest {
  private record Line(String name, List<String> keys) {}

  private static List<Line> lines() throws IOException {
    try (var list = TransformersKeysTest.class.getResourceAsStream("/transformers-keys.txt")) {
      return new String(list.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> Arrays.asList(line.split(" ")))
          .map(words -> new Line(words.get(0), words.subList(1, words.size())))
          .toList();
    }
  }

  static Stream<Line> classes() throws IOException {
    return lines().stream().skip(1);
  }

  private static List<HuggingFaceModel> models(String architecture) {
    return ServiceLoader.load(ModelFamilyAdapter.class).stream()
        .flatMap(family -> family.get().huggingFaceModels().stream())
        .filter(model -> model.architecture().equals(architecture))
        .toList();
  }

  /** What a table says of, as it is read. */
  private static Set<String> known(Dialect table) {
    var known = new HashSet<>(table.neutral());
    table.rows().stream()
        .map(ConfigKey::own)
        .flatMap(List::stream)
        .forEach(key -> known.add(key.split("[.\\[]")[0]));
    return known;
  }

  @ParameterizedTest
  @MethodSource("classes")
  void everyKeyHasAVerdict(Line line) throws IOException {
    var found = models(line.name());
    assertEquals(false, found.isEmpty(), line.name());
    for (HuggingFaceModel model : found) {
      var keys = new HashSet<>(line.keys());
      keys.addAll(lines().get(0).keys());
      keys.removeAll(known(model.dialect()));
      assertEquals(Set.of(), keys, line.name());
    }
  }
}
