package io.shardwright.core.internal.family;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.engine.PlainConfig;
import io.shardwright.spi.Arrangement;
import io.shardwright.spi.Condition;
import io.shardwright.spi.Extent;
import io.shardwright.spi.LayerSet;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterRule.Cut;
import io.shardwright.spi.ParameterRule.Stage;
import io.shardwright.spi.Segments;
import io.shardwright.spi.Size;
import io.shardwright.spi.Traits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever a table of the SPI can say, a file can say. */
class RowPropertyTest {
  private static final int TABLES = 400;

  @Test
  void anyRowIsTheSameAfterTheWayThroughAFile() {
    for (long seed = 0; seed < TABLES; seed++) {
      var random = new RandomRow(seed);
      var rows = new ArrayList<ParameterRule>();
      for (int i = 0; i < 5; i++) {
        rows.add(random.rule(i));
      }
      String file = file(rows);
      var read = read(file);
      for (int i = 0; i < rows.size(); i++) {
        assertEquals(sorted(rows.get(i)), sorted(read.get(i)), "seed " + seed + "\n" + file);
      }
    }
  }

  private static String file(List<ParameterRule> rows) {
    var text = new StringBuilder("family: any\nrestores: [a.B]\nparallelism: [tensor]\n");
    text.append("namings:\n  legacy:\n    rows:\n");
    rows.forEach(rule -> RowText.of(rule).forEach(line -> text.append("      " + line + "\n")));
    return text.toString();
  }

  private static List<ParameterRule> read(String file) {
    var source = new MemorySource(file.getBytes(StandardCharsets.UTF_8), "any.yaml");
    var family = FamilyGrammar.read(source, false, Guard.standard()).family();
    return family.parameters(PlainConfig.EMPTY, Naming.LEGACY).rules();
  }

  /** All conditions must hold, whatever their order. */
  private static ParameterRule sorted(ParameterRule rule) {
    var conditions = new ArrayList<>(rule.conditions());
    conditions.sort(Comparator.comparing(Condition::toString));
    return rule.given(conditions);
  }

  private static final class RandomRow {
    private final Random random;

    RandomRow(long seed) {
      random = new Random(seed);
    }

    ParameterRule rule(int number) {
      String pattern =
          oneOf("a.*.b", "*.w", "a: b", "layers.*.experts.*.c", "plain", "it's") + number;
      ParameterRule rule =
          switch (random.nextInt(3)) {
            case 0 -> ParameterRule.replicated(pattern);
            case 1 -> ParameterRule.column(pattern);
            default -> ParameterRule.row(pattern);
          };
      Stage stage = Stage.values()[random.nextInt(4)];
      boolean expert = pattern.indexOf('*') != pattern.lastIndexOf('*') && random.nextBoolean();
      return rule.of(random.nextBoolean() ? pattern : pattern.replace("a", "canonical"))
          .on(stage)
          .in(oneOf("", "encoder"))
          .onLayers(layers())
          .with(arrangement(rule.cut()))
          .with(expert(traits(rule.cut(), stage), expert))
          .given(conditions());
    }

    private LayerSet layers() {
      int at = random.nextInt(5) - 2;
      LayerSet set =
          switch (random.nextInt(6)) {
            case 0 -> LayerSet.of(random.nextInt(9), 3);
            case 1 -> LayerSet.first(oneOf("3", "first_k | 2 * k"));
            case 2 -> LayerSet.every(oneOf("4", "freq"), at);
            case 3 -> LayerSet.where("layer_types", at, oneOf("m", "full_attention", "1"), "null");
            case 4 -> LayerSet.numbers("mlp_only_layers");
            default -> LayerSet.ALL;
          };
      return set.equals(LayerSet.ALL) || random.nextBoolean() ? set : set.others();
    }

    private static Traits expert(Traits traits, boolean expert) {
      return expert ? traits.perExpert("count") : traits;
    }

    private String oneOf(String... words) {
      return words[random.nextInt(words.length)];
    }

    private Arrangement arrangement(Cut cut) {
      if (random.nextInt(4) == 0) {
        return segmented(cut == Cut.ROW ? 1 : 0);
      }
      var qkv = ParameterRule.column("").groupedQkv().arrangement();
      if (random.nextInt(4) == 0) {
        return qkv(qkv);
      }
      Map<Integer, List<Extent>> factors = new HashMap<>();
      for (int axis = 0; axis < random.nextInt(3); axis++) {
        var extents = new ArrayList<>(List.of(Extent.rest()));
        for (int i = 0; i < random.nextInt(3); i++) {
          extents.add(extent());
        }
        Collections.shuffle(extents, random);
        factors.put(axis, List.copyOf(extents));
      }
      return new Arrangement(
          cut == Cut.REPLICATED ? 1 : 1 + random.nextInt(3),
          random.nextBoolean()
              ? Optional.of(oneOf("num_attention_heads", "a.b"))
              : Optional.empty(),
          factors,
          stored(),
          part(),
          sizes(),
          Optional.empty());
    }

    private Arrangement qkv(Arrangement qkv) {
      return new Arrangement(
          1, qkv.headsKey(), qkv.factors(), stored(), part(), sizes(), Optional.empty());
    }

    private Arrangement segmented(int axis) {
      var sizes = new ArrayList<Size>();
      for (int i = 0; i < 2 + random.nextInt(4); i++) {
        sizes.add(new Size(oneOf("d_inner", "4", "groups * (state | 16)")));
      }
      boolean alternating = random.nextBoolean();
      var segments =
          new Segments(
              axis,
              sizes,
              alternating || random.nextBoolean() ? Set.of() : Set.of(0),
              alternating ? Optional.of("heads") : Optional.empty());
      return new Arrangement(
          1, Optional.empty(), Map.of(), stored(), part(), Map.of(), Optional.of(segments));
    }

    private Map<Integer, Size> sizes() {
      Map<Integer, Size> sizes = new HashMap<>();
      for (int axis = 0; axis < random.nextInt(3); axis++) {
        if (random.nextBoolean()) {
          sizes.put(axis, new Size(oneOf("hidden_size", "4", Size.HEAD, "2 * (a.b | 3) + c / 2")));
        }
      }
      return sizes;
    }

    private Extent extent() {
      return switch (random.nextInt(3)) {
        case 0 -> Extent.slots();
        case 1 -> Extent.fixed(1 + random.nextInt(500));
        default -> Extent.count(oneOf("patch_dim", "a.count"));
      };
    }

    private List<List<Integer>> stored() {
      int factors = random.nextInt(5);
      var numbers = new ArrayList<Integer>();
      for (int i = 0; i < factors; i++) {
        numbers.add(i);
      }
      Collections.shuffle(numbers, random);
      var axes = new ArrayList<List<Integer>>();
      if (factors > 0 && random.nextBoolean()) {
        axes.add(List.of());
      }
      for (int at = 0; at < factors; ) {
        int end = Math.min(factors, at + 1 + random.nextInt(2));
        axes.add(List.copyOf(numbers.subList(at, end)));
        at = end;
      }
      return axes;
    }

    private Optional<Arrangement.Range> part() {
      return random.nextInt(3) > 0
          ? Optional.empty()
          : Optional.of(
              new Arrangement.Range(
                  random.nextInt(4),
                  random.nextInt(5) - 2,
                  random.nextInt(5) - 2,
                  random.nextBoolean() ? List.of() : List.of(-2, -1)));
    }

    private Traits traits(Cut cut, Stage stage) {
      var traits = Traits.NONE;
      for (Traits.Flag flag : Traits.Flag.values()) {
        boolean legal = flag != Traits.Flag.VOCAB_PADDED_ROWS || cut == Cut.COLUMN;
        traits = legal && random.nextBoolean() ? traits.with(flag) : traits;
      }
      if (stage == Stage.FIRST && random.nextBoolean()) {
        traits = traits.tiedCopy("tied.copy").tiedCopy("other.copy");
      }
      return traits
          .extraState(Traits.ExtraState.values()[random.nextInt(3)])
          .less(random.nextInt(3) == 0 ? random.nextInt(9) / 4.0 - 1 : 0);
    }

    private List<Condition> conditions() {
      var conditions = new ArrayList<Condition>();
      for (int i = 0; i < random.nextInt(4); i++) {
        var values = new ArrayList<String>();
        for (int k = 0; k <= random.nextInt(3); k++) {
          values.add(
              oneOf("true", "null", "1e-05", "fast-swiglu", "${hidden_size}", "{odd}", "no"));
        }
        conditions.add(new Condition(oneOf("bias", "a.b.c", "on"), values, random.nextBoolean()));
      }
      return conditions;
    }
  }
}
