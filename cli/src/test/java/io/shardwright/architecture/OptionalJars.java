package io.shardwright.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.LinkedHashMap;
import java.util.Map;

/** Who meets DJL and Spark, which a host need not have. */
final class OptionalJars {
  private static final String ROOT = "io.shardwright";
  private static final String INTERNAL = ROOT + ".core.internal";
  private static final String ARRAYS = ROOT + ".core.djl";

  private OptionalJars() {}

  static Map<String, ArchRule> rules() {
    Map<String, ArchRule> rules = new LinkedHashMap<>();
    rules.put("djl", djlIsOneBackendsAffair());
    rules.put("absent", djlMayBeAbsent());
    rules.put("arrays", arraysAreMadeInOnePlace());
    rules.put("clusters", clustersAreOneModulesAffair());
    return rules;
  }

  private static ArchRule djlIsOneBackendsAffair() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(INTERNAL + ".execute.djl..", ARRAYS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.djl..", ARRAYS)
        .because("ordinary commands must neither load nor meet PyTorch");
  }

  private static ArchRule djlMayBeAbsent() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(INTERNAL + ".execute.djl..", ARRAYS)
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "name DJL's types",
                type ->
                    type.getDirectDependenciesFromSelf().stream()
                        .map(dependency -> dependency.getTargetClass().getPackageName())
                        .anyMatch(target -> target.startsWith("ai.djl"))))
        .because("a host that doesn't choose a device has no DJL");
  }

  /**
   * {@code Carrier} names the element types, {@code TorchLibrary} the devices. A host's arrays have
   * a package of their own, where {@code ArrayForm} names the types.
   */
  private static ArchRule arraysAreMadeInOnePlace() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(ARRAYS)
        .and()
        .doNotHaveSimpleName("CarrierArrays")
        .and(DescribedPredicate.not(nestedIn("CarrierArrays")))
        .and()
        .doNotHaveSimpleName("Carrier")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.djl.ndarray..", "ai.djl.pytorch..")
        .because("an element type that DJL's PyTorch engine doesn't know ends the process");
  }

  private static DescribedPredicate<JavaClass> nestedIn(String outer) {
    return DescribedPredicate.describe(
        "nested in " + outer,
        type -> type.getEnclosingClass().filter(o -> o.getSimpleName().equals(outer)).isPresent());
  }

  private static ArchRule clustersAreOneModulesAffair() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".spark..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.spark..", ROOT + ".spark..")
        .because("whoever runs no cluster needs none of its jars");
  }
}
