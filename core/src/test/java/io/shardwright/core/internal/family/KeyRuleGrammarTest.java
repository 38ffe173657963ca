package io.shardwright.core.internal.family;

import static io.shardwright.spi.Naming.HUGGING_FACE;
import static io.shardwright.spi.Naming.LEGACY;
import static io.shardwright.spi.Naming.MCORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.KeyRule;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What configuration keys mean, as a family file says it and as it then holds. */
class KeyRuleGrammarTest {
  private static final String GOOD =
      """
      family: neox
      restores: [some.module.NeoxModel]
      parallelism: []
      layouts: [ranks]
      namings:
        mcore: {in_use: {when: {mcore_gpt: true}}, keys: {mcore_gpt: true}, rows: [{replicated: a}]}
        legacy: {keys: {mcore_gpt: false}, rows: [{replicated: a}]}
      key_rules:
        - {unreadable: order, because: other orders are not supported, when: {order: post}}
        - refused: gelu
          because: mcore ignores it
          from: legacy
          to: [mcore, hugging_face]
          when: {gelu: true}
          unless: {fused: [true, null]}
        - {becomes: length, is: '${positions}', from: [legacy], to: [mcore]}
      """;

  private static ModelFamilyAdapter read(String text) {
    var source = new MemorySource(text.getBytes(StandardCharsets.UTF_8), "neox.yaml");
    return FamilyGrammar.read(source, false, Guard.standard()).family();
  }

  private static ModelConfig config(String yaml) {
    var bytes = yaml.getBytes(StandardCharsets.UTF_8);
    return YamlDocument.parse(new MemorySource(bytes, "c.yaml"), Guard.standard());
  }

  @Test
  void readsWhatJavaSays() {
    var family = read(GOOD);
    assertEquals(
        List.of(
            KeyRule.unreadable("order", "other orders are not supported").is("post"),
            KeyRule.refused("gelu", "mcore ignores it")
                .from(LEGACY)
                .to(MCORE, HUGGING_FACE)
                .is("true")
                .unless("fused", "true", "null"),
            KeyRule.becomes("length", "${positions}").from(LEGACY).to(MCORE)),
        family.keyRules());
    assertEquals(Set.of(WeightLayout.RANKS), family.layouts());
  }

  @Test
  void leavesOutNamingsInWhichTheModelIsAnother() {
    var family = read(GOOD);
    assertEquals(List.of(LEGACY), family.equivalentNamings(config("{gelu: yes, fused: off}\n")));
    assertEquals(
        List.of(MCORE, LEGACY), family.equivalentNamings(config("{gelu: yes, fused: on}\n")));
    assertEquals(
        List.of(MCORE, LEGACY),
        family.equivalentNamings(config("{gelu: true, fused: false, mcore_gpt: true}\n")));
  }

  @Test
  void takesAnotherKeysValueWhereItHasOne() {
    var family = read(GOOD);
    assertEquals(
        Map.of("mcore_gpt", "true", "length", "64"),
        family.keys(config("{positions: 64}\n"), LEGACY, MCORE));
    assertEquals(Map.of("mcore_gpt", "true"), family.keys(config("{length: 1}\n"), LEGACY, MCORE));
    assertEquals(
        Map.of("mcore_gpt", "false"), family.keys(config("{positions: 64}\n"), MCORE, LEGACY));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "unreadable: order, | | a key's rule has nothing | expected exactly one of",
        "becomes: length, | becomes: length, refused: length, | has becomes, refused | expected",
        "because: mcore ignores it | becaus: x | no key 'becaus' | did you mean 'because'?",
        "from: legacy | from: older | 'from' is 'older' | expected one of hugging_face, legacy",
        "is: '${positions}', | | a key's rule lacks 'is' | neox.yaml:16:5",
        "layouts: [ranks] | layouts: [rank] | 'layouts' is 'rank' | did you mean 'ranks'?",
      })
  void saysWhereAndWhatWasExpected(String part, String instead, String where, String what) {
    assertTrue(GOOD.contains(part), part);
    String broken = GOOD.replace(part, instead == null ? "" : instead);
    var refusal = assertThrows(MalformedCheckpointException.class, () -> read(broken));
    assertTrue(refusal.getMessage().contains(where), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(what), refusal.getMessage());
  }
}
