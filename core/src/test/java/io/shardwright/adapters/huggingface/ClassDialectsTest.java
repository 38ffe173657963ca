package io.shardwright.adapters.huggingface;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.convert.DialectTables;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig.Kind;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.config.Codec;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.dialect.DialectDocument;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The shipped tables say in config.json what NeMo says, and read it back. */
class ClassDialectsTest {
  static Stream<HuggingFaceModel> models() {
    return ServiceLoader.load(ModelFamilyAdapter.class).stream()
        .flatMap(adapter -> adapter.get().huggingFaceModels().stream())
        .filter(model -> !model.modelType().equals("timm_vit"));
  }

  @ParameterizedTest
  @MethodSource("models")
  void sayWhatNemoSaysThereAndBack(HuggingFaceModel model) {
    for (long seed = 0; seed < 30; seed++) {
      var random = new Random(seed);
      var config = base(model);
      var expected = new TreeMap<String, String>();
      for (ConfigKey row : model.dialect().rows()) {
        Optional<String> value = value(row, config.kind(row.canonical()), random);
        if (value.isPresent()) {
          config = config.with(row.canonical(), value.get());
          expected.put(row.canonical(), value.get());
        }
      }
      String where = model.architecture() + ", seed " + seed;
      var document = new ConfigJson(model, DialectTables.standard());
      var json = document.write(config, "float32", OptionalLong.empty(), Optional.empty(), where);
      var read = document.read(new DialectDocument(json), where);
      var found = new TreeMap<String, String>();
      expected.keySet().stream()
          .filter(read::has)
          .forEach(key -> found.put(key, read.text(key).orElse("null")));
      assertEquals(expected, found, where);
    }
  }

  private static YamlDocument base(HuggingFaceModel model) {
    byte[] text = model.base().getBytes(StandardCharsets.UTF_8);
    var base = YamlDocument.parse(new MemorySource(text, model.modelType()), Guard.standard());
    boolean windows =
        model.dialect().rows().stream()
            .anyMatch(row -> row.codec() instanceof Codec.LayerKinds kinds && slides(kinds));
    return windows ? base.with("window_size", "[15, 0]") : base;
  }

  private static boolean slides(Codec.LayerKinds kinds) {
    return List.of(kinds.first(), kinds.second()).contains("sliding_attention");
  }

  /** A value of the kind that NeMo has; empty where the row takes it from elsewhere. */
  private static Optional<String> value(ConfigKey row, Kind kind, Random random) {
    if (row.canonical().isEmpty() || row.use() != ConfigKey.Use.BOTH) {
      return Optional.empty();
    }
    if (row.codec() instanceof Codec.Words words) {
      return pick(List.copyOf(words.words().values()), random);
    }
    if (row.own().isEmpty()) {
      return row.absent();
    }
    return switch (row.codec() instanceof Codec.Same ? kind : Kind.NONE) {
      case FLAG -> pick(List.of("true", "false"), random);
      case WHOLE -> Optional.of("" + (1 + random.nextInt(9999)));
      case NUMBER -> Optional.of((1 + random.nextInt(99)) + ".5");
      default -> Optional.empty();
    };
  }

  private static Optional<String> pick(List<String> values, Random random) {
    return Optional.of(values.get(random.nextInt(values.size())));
  }
}
