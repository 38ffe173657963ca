package io.shardwright.core.internal.family;

import static io.shardwright.spi.ParameterRule.replicated;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.spi.ParameterTable;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParameterTableTest {
  private static final ParameterTable TABLE =
      ParameterTable.of(
          replicated("always"),
          replicated("biased").unless("bias", "false"),
          replicated("gated").when("activation", "swiglu", "geglu"),
          replicated("plain").unless("activation", "swiglu", "geglu"),
          replicated("both").when("bias", "false").when("activation", "swiglu"));

  @Test
  void dropsRowsThatNoValuePutsInForce() {
    assertEquals(
        List.of("always", "gated", "plain", "both"), patterns(TABLE.given("bias", "false")));
    assertEquals(
        List.of("always", "biased", "gated"), patterns(TABLE.given("activation", "geglu")));
  }

  @Test
  void keepsConditionsThatSomeValuesDoNotMeet() {
    var narrowed = TABLE.given("bias", "false").given("activation", "swiglu", "gelu");
    assertEquals(List.of("always", "gated", "plain", "both"), patterns(narrowed));
    assertEquals(List.of(0, 1, 1, 1), conditions(narrowed));
    assertEquals(
        List.of(0, 0, 0), conditions(narrowed.given("activation", "swiglu")), "all are met");
  }

  @Test
  void putsAConditionOnEveryRow() {
    assertEquals(List.of(1, 2, 2, 2, 3), conditions(TABLE.when("layers", "null")));
    assertEquals(List.of(1, 2, 2, 2, 3), conditions(TABLE.unless("layers", "null")));
  }

  private static List<String> patterns(ParameterTable table) {
    return table.rules().stream().map(rule -> rule.pattern()).toList();
  }

  private static List<Integer> conditions(ParameterTable table) {
    return table.rules().stream().map(rule -> rule.conditions().size()).toList();
  }
}
