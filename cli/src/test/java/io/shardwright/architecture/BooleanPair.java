package io.shardwright.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;

import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/**
 * Two booleans in a row, which a call can swap and nobody sees: {@code verify(path, true, false)}.
 */
final class BooleanPair extends ArchCondition<JavaCodeUnit> {
  private BooleanPair() {
    super("not take two booleans in a row");
  }

  static ArchRule rule() {
    return codeUnits()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .and()
        .areDeclaredInClassesThat()
        .resideInAnyPackage("io.shardwright", "io.shardwright.core..")
        .and()
        .areDeclaredInClassesThat()
        .resideOutsideOfPackage("..internal..")
        .should(new BooleanPair())
        .because("what a call says must be read without the declaration");
  }

  @Override
  public void check(JavaCodeUnit unit, ConditionEvents events) {
    for (int at = 1; at < unit.getRawParameterTypes().size(); at++) {
      if (isBoolean(unit, at - 1) && isBoolean(unit, at)) {
        events.add(SimpleConditionEvent.violated(unit, unit.getFullName()));
      }
    }
  }

  private static boolean isBoolean(JavaCodeUnit unit, int parameter) {
    return unit.getRawParameterTypes().get(parameter).isEquivalentTo(boolean.class);
  }
}
