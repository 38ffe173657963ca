package io.shardwright.core.internal.convert;

import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.dialect.DialectDocument;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads and writes the sides of images and patches: a number where they are equal, or a list of
 * height and width (transformers 4.44.2, {@code modeling_vit.py}; timm 1.0, {@code
 * patch_embed.py}).
 */
enum ImageSides implements DialectEngine.Relation {
  /** Height and width. */
  SIDES {
    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      set(sides(row.own().get(0), in).orElseGet(() -> usual(row)), in);
    }

    @Override
    public void write(ConfigKey row, Optional<String> value, Writing out) {
      JsonValue height = DialectDocument.spelt(value.orElse("null"));
      JsonValue width = DialectDocument.spelt(out.config().text(WIDTH).orElse("null"));
      out.put(row.own().get(0), height.equals(width) ? height : new Arr(List.of(height, width)));
    }
  },

  /** Both are one. */
  SQUARE {
    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      String key = row.own().get(0);
      List<Long> sides = sides(key, in).orElseGet(() -> usual(row));
      if (!sides.get(0).equals(sides.get(1))) {
        in.problems()
            .add(in.document().says(key) + ", expected a square: NeMo has no other patches");
      }
      in.set(row.canonical(), sides.get(0).toString());
    }
  },

  /** As stated; else as many patches on a side as the root of those that are no class token's. */
  POSITIONS {
    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      said.map(Long::parseLong).ifPresent(positions -> byPositions(positions - 1, in));
    }

    private static void byPositions(long patches, Reading in) {
      Optional<List<Long>> stated =
          sides("model_args.img_size", in).or(() -> sides("pretrained_cfg.input_size", in));
      long side = Math.round(Math.sqrt(patches));
      if (stated.isEmpty() && side * side != patches) {
        in.problems().add("the model has " + patches + " patches, expected a square");
      }
      long pixels = side * in.count("patch_dim", 1).orElse(1);
      set(stated.orElse(List.of(pixels, pixels)), in);
    }
  };

  private static final String HEIGHT = "img_h";
  private static final String WIDTH = "img_w";
  private static final String EXPECTED = "a whole number, or a list of height and width";

  private static void set(List<Long> sides, Reading in) {
    in.set(HEIGHT, sides.get(0).toString());
    in.set(WIDTH, sides.get(1).toString());
  }

  private static List<Long> usual(ConfigKey row) {
    long side = Long.parseLong(row.absent().orElse("0"));
    return List.of(side, side);
  }

  /** Height and width, which stand last where a list has the channels too. */
  private static Optional<List<Long>> sides(String key, Reading in) {
    Optional<JsonValue> value = in.document().value(key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (value.get() instanceof Arr list) {
      List<Long> numbers = list.longs().orElse(List.of());
      int size = numbers.size();
      boolean sound = size == 2 || size == 3;
      return sound && numbers.stream().allMatch(side -> side > 0)
          ? Optional.of(numbers.subList(size - 2, size))
          : wrong(key, in);
    }
    OptionalLong side = value.get().asLong();
    return side.orElse(0) > 0
        ? Optional.of(List.of(side.getAsLong(), side.getAsLong()))
        : wrong(key, in);
  }

  private static Optional<List<Long>> wrong(String key, Reading in) {
    in.kinds().refuse(in.document().unlike(key, EXPECTED));
    return Optional.of(List.of(1L, 1L));
  }
}
