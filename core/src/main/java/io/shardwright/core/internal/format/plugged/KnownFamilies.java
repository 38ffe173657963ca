package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.TrainingOptions;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.codec.yaml.YamlTree;
import io.shardwright.core.internal.convert.DialectTables;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.internal.registry.FoundAdapter;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.Dialects;
import io.shardwright.spi.format.KnownModels;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a format is told of the families that were found.
 *
 * @param options which step, and a NeMo configuration in place of a class's own
 */
record KnownFamilies(AdapterRegistry registry, TrainingOptions options, Guard guard)
    implements KnownModels {
  private static final String JSON = ".json";

  /** A key of NeMo's own configurations of Megatron-Core's models. */
  private static final String MCORE = "mcore_gpt";

  @Override
  public List<HuggingFaceModel> classes() {
    return registry.huggingFaceModels();
  }

  @Override
  public Optional<String> lacking(Optional<String> className) {
    return registry.lacking(className);
  }

  @Override
  public Configuration base(HuggingFaceModel model) {
    return options
        .hparamsFile()
        .map(this::given)
        .orElseGet(() -> dialects().configuration(model.base(), model.modelType()));
  }

  private Configuration given(Path file) {
    try (var source = new FileSource(file, file.toString())) {
      return YamlDocument.parse(source, guard).resolved(List.of("model")).document();
    }
  }

  @Override
  public Optional<Configuration> megatron(String className) {
    return registry.megatron(className).map(model -> base(model).with("target", model.restores()));
  }

  @Override
  public OptionalLong step() {
    return options.step();
  }

  @Override
  public Optional<Given> given() {
    return options
        .config()
        .map(
            file -> {
              try (var source = new FileSource(file, file.toString())) {
                return new Given(String.valueOf(file.getFileName()), document(source));
              }
            });
  }

  @Override
  public Optional<Configuration> canonical() {
    return options
        .config()
        .filter(file -> !file.toString().endsWith(JSON))
        .<Configuration>map(this::given)
        .filter(config -> config.text("target").isPresent() || config.text(MCORE).isPresent());
  }

  @Override
  public Configuration inMegatron(Configuration config) {
    Configuration whole = config;
    for (FoundAdapter family : registry.adapters()) {
      for (var key : family.adapter().inMegatron(config).entrySet()) {
        whole = whole.with(key.getKey(), key.getValue());
      }
    }
    return whole;
  }

  private Obj document(FileSource source) {
    return source.name().endsWith(JSON)
        ? JsonDocument.parsePython(source, Limit.CONFIG_BYTES, guard)
        : YamlTree.of(YamlDocument.parse(source, guard), guard);
  }

  @Override
  public Dialects dialects() {
    return new DialectTables(guard);
  }
}
