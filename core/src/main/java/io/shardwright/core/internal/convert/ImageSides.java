package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.codec.json.JsonValue;
import io.shardwright.core.internal.codec.json.JsonValue.Arr;
import io.shardwright.spi.ConfigKey;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Sides of images and patches: a number where they are equal, or a list of height and width
 * (transformers 4.44.2, {@code modeling_vit.py}; timm 1.0, {@code patch_embed.py}).
 */
final class ImageSides {
  private static final String HEIGHT = "img_h";
  private static final String WIDTH = "img_w";
  private static final String EXPECTED = "a whole number, or a list of height and width";

  private final HuggingFaceConfig config;
  private final ConfigImport into;

  ImageSides(HuggingFaceConfig config, ConfigImport into) {
    this.config = config;
    this.into = into;
  }

  void image(ConfigKey row) {
    set(sides(row.huggingFace().get(0)).orElseGet(() -> usual(row)));
  }

  void patch(ConfigKey row) {
    String key = row.huggingFace().get(0);
    List<Long> sides = sides(key).orElseGet(() -> usual(row));
    if (!sides.get(0).equals(sides.get(1))) {
      into.problem(config.says(key) + ", expected a square: NeMo has no other patches");
    }
    into.set(row.nemo(), sides.get(0).toString());
  }

  /** As stated; else as many patches on a side as the root of those that are no class token's. */
  void byPositions(long positions, long patch) {
    Optional<List<Long>> stated =
        sides("model_args.img_size").or(() -> sides("pretrained_cfg.input_size"));
    long side = Math.round(Math.sqrt(positions - 1));
    if (stated.isEmpty() && side * side != positions - 1) {
      into.problem("the model has " + (positions - 1) + " patches, expected a square");
    }
    set(stated.orElse(List.of(side * patch, side * patch)));
  }

  private void set(List<Long> sides) {
    into.set(HEIGHT, sides.get(0).toString());
    into.set(WIDTH, sides.get(1).toString());
  }

  private static List<Long> usual(ConfigKey row) {
    long side = Long.parseLong(row.value().orElse("0"));
    return List.of(side, side);
  }

  /** Height and width, which stand last where a list has the channels too. */
  private Optional<List<Long>> sides(String key) {
    Optional<JsonValue> value = config.value(key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (value.get() instanceof Arr list) {
      List<Long> numbers = list.longs().orElse(List.of());
      int size = numbers.size();
      boolean sound = size == 2 || size == 3;
      return sound && numbers.stream().allMatch(side -> side > 0)
          ? Optional.of(numbers.subList(size - 2, size))
          : wrong(key);
    }
    OptionalLong side = value.get().asLong();
    return side.orElse(0) > 0
        ? Optional.of(List.of(side.getAsLong(), side.getAsLong()))
        : wrong(key);
  }

  private Optional<List<Long>> wrong(String key) {
    into.wrong(config.unlike(key, EXPECTED));
    return Optional.of(List.of(1L, 1L));
  }
}
