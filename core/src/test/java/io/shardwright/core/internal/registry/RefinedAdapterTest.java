package io.shardwright.core.internal.registry;

import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RefinedAdapter;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RefinedAdapterTest {
  /** They follow from what the others answer. */
  private static final Set<String> DERIVED = Set.of("equivalentNamings", "keys", "inMegatron");

  @Test
  void answersEveryQuestionForBoth() {
    var own =
        Stream.of(RefinedAdapter.class.getDeclaredMethods())
            .map(Method::getName)
            .collect(Collectors.toSet());
    for (Method method : ModelFamilyAdapter.class.getDeclaredMethods()) {
      boolean asked = !method.isSynthetic() && !DERIVED.contains(method.getName());
      assertTrue(!asked || own.contains(method.getName()), method.getName());
    }
  }

  @Test
  void rowsReplaceThoseOfTheirPatternAndNewOnesFollowTheirModule() {
    var base =
        ParameterTable.of(
            column("words"),
            column("l.*.attention.qkv").when("bias", "true"),
            column("l.*.attention.qkv").when("bias", "false"),
            replicated("l.*.mlp.norm"),
            replicated("norm"));
    var refinement =
        ParameterTable.of(
            replicated("l.*.attention.q.weight"),
            replicated("l.*.attention.q.bias"),
            replicated("l.*.attention.qkv"),
            replicated("head.scale"));
    assertEquals(
        ParameterTable.of(
            column("words"),
            replicated("l.*.attention.qkv"),
            replicated("l.*.attention.q.weight"),
            replicated("l.*.attention.q.bias"),
            replicated("l.*.mlp.norm"),
            replicated("norm"),
            replicated("head.scale")),
        base.refinedBy(refinement));
  }
}
