package io.shardwright.architecture;

import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules hold, and each of them bites. */
class ArchitectureTest {
  private static final ImportOption NO_TESTS = new ImportOption.DoNotIncludeTests();

  /** Nor the engine's tests, which come in a jar. */
  private static final ImportOption MADE =
      place -> NO_TESTS.includes(place) && !place.contains("-tests.jar");

  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(place -> MADE.includes(place) || place.contains("/Breach"))
          .importPackages("io.shardwright");
  private static final JavaClasses PRODUCT = only(MADE);
  private static final JavaClasses BREACHES = only(new ImportOption.OnlyIncludeTests());

  private static JavaClasses only(ImportOption option) {
    return ALL.that(
        DescribedPredicate.describe(
            "lie where they are looked for",
            type -> option.includes(Location.of(type.getSource().orElseThrow().getUri()))));
  }

  static Set<String> names() {
    return Rules.all().keySet();
  }

  @Test
  void seesEveryModule() {
    for (String module :
        new String[] {"spi", "core.internal.plan", "adapters.vit", "testkit", "cli"}) {
      assertTrue(
          PRODUCT.stream()
              .anyMatch(type -> type.getPackageName().equals("io.shardwright." + module)),
          module);
    }
  }

  @Test
  void hasAtMostThirtyPublicValues() {
    long values =
        PRODUCT.stream()
            .filter(type -> type.getPackageName().equals("io.shardwright.core"))
            .filter(type -> type.isTopLevelClass() && type.getModifiers().contains(PUBLIC))
            .count();
    assertTrue(values <= 30, values + " public types in io.shardwright.core");
  }

  @ParameterizedTest
  @MethodSource("names")
  void holds(String rule) {
    Rules.all().get(rule).check(PRODUCT);
  }

  @ParameterizedTest
  @MethodSource("names")
  void bites(String rule) {
    var result = Rules.all().get(rule).evaluate(BREACHES);
    assertTrue(result.hasViolation(), rule + " found nothing to object to");
  }
}
