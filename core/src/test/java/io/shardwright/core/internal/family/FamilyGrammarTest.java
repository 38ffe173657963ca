package io.shardwright.core.internal.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.Limits;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.config.Codec;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.TransformersKeys;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FamilyGrammarTest {
  private static final String GOOD =
      """
      family: neox
      restores: [some.module.NeoxModel]
      parallelism: [tensor, pipeline]
      describes: {when: {bias: true}}
      namings:
        legacy:
          rows:
            - column: layers.*.up.weight
              stride: 2
              when: {activation: [swiglu, geglu]}
            - replicated: norm.weight
              on: last
      hugging_face:
        - architecture: GPTNeoXForCausalLM
          model_type: gpt_neox
          restores: some.module.NeoxModel
          namings: [legacy]
          base: {num_layers: 1, text: '1'}
          keys:
            - same: num_layers
              from: [n_layer, layers]
              else: 12
            - words: activation
              from: hidden_act
              to: {gelu: gelu}
            - inverted: bias
              from: no_bias
            - cases: act
              from: [gated, relu]
              to: {swiglu: {gated: true}, gelu: {}}
            - offset: first
              from: start
              by: -1
            - only: tied
              is: false
            - means: window
              is: [null, 1]
            - standard: head_size
            - standard: inner
              from: ffn_hidden_size
            - standard: image_size
              from: '#pos_embed@1'
          rows:
            - replicated: ln.weight
              of: norm.weight
              less: 1
      """;

  private static ModelFamilyAdapter read(String text) {
    var source = new MemorySource(text.getBytes(StandardCharsets.UTF_8), "neox.yaml");
    return FamilyGrammar.read(source, false, Guard.standard()).family();
  }

  @Test
  void readsEveryPart() {
    var family = read(GOOD);
    assertEquals("neox", family.id());
    HuggingFaceModel model = family.huggingFaceModels().get(0);
    assertEquals("num_layers: 1\ntext: '1'\n", model.base());
    var rows = model.dialect().rows();
    var everywhere = TransformersKeys.CONFIG.rows();
    assertEquals(everywhere, rows.subList(0, everywhere.size()));
    assertEquals(
        List.of(
            ConfigKey.same("num_layers", "n_layer", "layers").orElse("12"),
            ConfigKey.words("activation", "hidden_act", Map.of("gelu", "gelu")),
            ConfigKey.inverted("bias", "no_bias"),
            ConfigKey.of(
                "act",
                new Codec.Cases(Map.of("swiglu", Map.of("gated", "true"), "gelu", Map.of())),
                "gated",
                "relu"),
            ConfigKey.of("first", new Codec.Offset(-1), "start"),
            ConfigKey.only("tied", "false"),
            ConfigKey.means("window", "null", "1"),
            ConfigKey.headSize("head_dim"),
            ConfigKey.innerSize("ffn_hidden_size"),
            TransformersKeys.imageByPositions("#pos_embed@1")),
        rows.subList(everywhere.size(), rows.size()));
    assertEquals(1, model.names().rules().get(0).traits().shift());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "stride: 2 | strid: 2 | 9:9: a row has no key 'strid' | did you mean 'stride'?",
        "on: last | on: lost | 12:13: 'on' is 'lost', did you mean 'last'? | Expected one of every,"
            + " first, last, layer",
        "column: layers | colum: layers | 8:9: a row has no key 'colum' | did you mean 'column'?",
        "stride: 2 | stride: two | 9:17: 'stride' is 'two' | expected a whole number",
        "stride: 2 | row: x | 8:9: a row has column, row | expected exactly one of",
        "layers.*.up | layers.*up | 8:17: 'layers.*up.weight' is not a pattern | at most two parts",
        "legacy: | legaci: | 6:3: 'namings' has no key 'legaci' | did you mean 'legacy'?",
        "[tensor, pipeline] | [tensor, pipelin] | 3:14: 'parallelism' is 'pipelin' | did you mean"
            + " 'pipeline'?",
        "family: neox | family: Neo X | 1:9: 'family' is 'Neo X' | lower-case letters",
        "[some.module.NeoxModel] | [Neox] | 2:11: 'restores' has 'Neox' | dotted class",
        "of: norm.weight | of: norm.wight | 'norm.wight' | did you mean 'norm.weight'?",
        "from: hidden_act | form: hidden_act | a key has no key 'form' | did you mean 'from'?",
        "is: false | else: false | 34:9: a key lacks 'is' | lacks",
        "[n_layer, layers] | [] | 21:15: 'from' has no keys | at least one",
        "by: -1 | by: one | 33:13: 'by' is 'one' | expected a whole number",
        "{gated: true} | gated | 'to' is | expected",
        "family: neox | family: &a neox | 1:9: has an anchor | write the value out",
        "family: neox | family: !!binary neox | 1:9: has the tag | expected none",
        "family: neox | family: [ | is not YAML | neox.yaml:",
        "on: last | stride: 1\\n"
            + "        on: first\\n"
            + "        on: last | 14:9: has the key 'on' twice | SW-209",
        "on: last | part: [0, 1] | 12:15: 'part' has 2 numbers | [factor, from, to]",
        "on: last | stored: [[0], [2]] | 12:17: 'stored' names the factors [0, 2] | each once from"
            + " 0",
        "on: last | tied_copy: x | tied_copy is the last stage's copy | 'on: first'",
        "on: last | vocab_padded_rows: true | vocab_padded_rows is for a column row | SW-209",
        "on: last | factors: {0: [rest, rest]} | 'rest' | at most one",
        "[tensor, pipeline] | [tensor, expert] | 'parallelism' has expert | no row says per_expert",
        "stride: 2 | per_expert: count | 'of' has 1 stars, expected 2 | the layer's and the"
            + " expert's",
      })
  void saysWhereAndWhatWasExpected(String part, String instead, String where, String what) {
    assertTrue(GOOD.contains(part), part);
    String broken = GOOD.replace(part, instead.replace("\\n", "\n"));
    var refusal = assertThrows(MalformedCheckpointException.class, () -> read(broken));
    assertEquals(ErrorCode.FAMILY_FILE_MALFORMED, refusal.code());
    assertTrue(refusal.getMessage().contains(where), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(what), refusal.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "layers.*.experts.local_experts.*.up",
        "layers.*.experts.up*",
        "layers.*.experts.gate_up_proj"
      })
  void readsEveryFormOfExperts(String pattern) {
    String canonical = "layers.*.experts.local_experts.*.up";
    String row = "column: " + pattern + "\n        of: " + canonical;
    var family =
        read(
            GOOD.replace("[tensor, pipeline]", "[tensor, expert, expert_tensor]")
                .replace("column: layers.*.up.weight", row)
                .replace("stride: 2", "per_expert: count"));
    var rule = family.parameters(NOTHING, Naming.LEGACY).rules().get(0);
    assertEquals(
        ParameterRule.column(pattern).of(canonical).perExpert("count"), rule.given(List.of()));
    assertTrue(family.parallelism().dimensions().contains(ParallelDimension.EXPERT));
  }

  private static final ModelConfig NOTHING =
      new ModelConfig() {
        @Override
        public Optional<String> text(String key) {
          return Optional.empty();
        }

        @Override
        public boolean has(String key) {
          return false;
        }
      };

  @Test
  void saysAllThatIsWrongInTheFilesOrder() {
    String broken = GOOD.replace("stride: 2", "strid: 2").replace("on: last", "om: last");
    var refusal = assertThrows(MalformedCheckpointException.class, () -> read(broken));
    assertTrue(refusal.getMessage().startsWith("SW-209 neox.yaml:9:9: "), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("\nneox.yaml:12:9: "), refusal.getMessage());
  }

  @Test
  void namesEveryPartThatIsAbsent() {
    var refusal = assertThrows(MalformedCheckpointException.class, () -> read("family: x\n"));
    for (String part : List.of("restores", "parallelism", "namings")) {
      assertTrue(refusal.getMessage().contains("lacks '" + part + "'"), refusal.getMessage());
    }
  }

  @Test
  void aLongWordIsShortInTheMessage() {
    String broken = GOOD.replace("stride: 2", "x".repeat(1 << 15) + ": 2");
    var refusal = assertThrows(MalformedCheckpointException.class, () -> read(broken));
    assertTrue(refusal.getMessage().length() < 2_000, "" + refusal.getMessage().length());
  }

  @Test
  void isReadWithinTheLimits() {
    byte[] bytes = GOOD.getBytes(StandardCharsets.UTF_8);
    var source = new MemorySource(bytes, "neox.yaml");
    for (Limit limit : List.of(Limit.CONFIG_BYTES, Limit.YAML_NODES, Limit.YAML_DEPTH)) {
      var policy =
          new ReadPolicy(Limits.STANDARD.with(limit, 2), ReadPolicy.UnknownGlobals.KEEP, true);
      var refusal =
          assertThrows(
              UnsafeCheckpointException.class,
              () -> FamilyGrammar.read(source, false, new Guard(policy)));
      assertTrue(refusal.getMessage().contains("limit(" + limit + ")"), refusal.getMessage());
    }
  }

  @Test
  void survivesEveryCutAndEveryChangedByte() {
    for (int end = 0; end < GOOD.length(); end++) {
      soundOrRefused(GOOD.substring(0, end), "cut at " + end);
      for (char odd : new char[] {'*', '[', '\n'}) {
        soundOrRefused(GOOD.substring(0, end) + odd + GOOD.substring(end + 1), odd + " at " + end);
      }
    }
  }

  private static void soundOrRefused(String text, String what) {
    try {
      read(text);
    } catch (MalformedCheckpointException refusal) {
      assertEquals(ErrorCode.FAMILY_FILE_MALFORMED, refusal.code(), what);
    }
  }

  @Test
  void aNamingIsTheFirstInUseAndTheLastWhereNoneIs() {
    var family =
        read(
            GOOD.replace(
                "  legacy:\n",
                "  mcore:\n    in_use: {when: {mcore_gpt: true}}\n"
                    + "    possible: {when: {heads: '${groups}'}}\n    rows: []\n  legacy:\n"));
    assertEquals("LEGACY", family.naming(new Keys(Map.of())).name());
    assertEquals("MCORE", family.naming(new Keys(Map.of("mcore_gpt", "True"))).name());
    assertEquals(1, family.namings(new Keys(Map.of("heads", "4"))).size());
    assertEquals(2, family.namings(new Keys(Map.of("heads", "4", "groups", "4"))).size());
  }

  private record Keys(Map<String, String> keys) implements io.shardwright.spi.ModelConfig {
    @Override
    public Optional<String> text(String key) {
      return Optional.ofNullable(keys.get(key));
    }

    @Override
    public boolean has(String key) {
      return keys.containsKey(key);
    }
  }
}
