package io.shardwright.core.internal.codec.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.Limits;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterpolationTest {
  private static final String WHOLE =
      """
      trainer:
        devices: 4
      model:
        a: 3
        same: ${.a}
        nested:
          up: ${..a}
          list: [1, '${...a}', "${..up}x"]
        absolute: ${trainer.devices}
        chain: ${.same}
        text: n-${.a}-${trainer.devices}
        map: ${.nested.inner}
        item: ${model.nested.list[0]}
        home: ${oc.env:HOME}
        product: ${multiply:2,${.a}}
        nowhere: ${.gone}
        loop: ${.loop}
      """;

  @Test
  void resolvesTheWholeWhereAPartIsNoMap() {
    for (String part : new String[] {"model: 5", "model: [1]", "model:", "other: {}"}) {
      var config = parse(part + "\na: 1\nb: ${a}\n").resolved(List.of("model")).document();
      assertEquals("1", config.text("b").orElseThrow(), part);
    }
  }

  @Test
  void aReferenceToWhatHoldsItLeadsNowhere() {
    var limits = Limits.STANDARD.with(Limit.YAML_NODES, 20);
    var guard = new Guard(new ReadPolicy(limits, ReadPolicy.UnknownGlobals.KEEP, true));
    String text = "a: 1\nb:\n  c: ${b}\n  d: x${}y${b}z\n  e: ${}\n  f: ${a}\n";
    var source = new MemorySource(text.getBytes(StandardCharsets.UTF_8), "config");
    var resolved = YamlDocument.parse(source, guard).resolved(List.of());
    String written = new String(resolved.document().write(), StandardCharsets.UTF_8);
    assertEquals(text.replace("${a}", "1"), written);
    assertTrue(resolved.notes().stream().anyMatch(note -> note.contains("'${b}'")));
  }

  @Test
  void countsReferencesThatLeadNowhereAndTheirText() {
    String many = "a: &a '" + "${x}".repeat(50) + "'\nb: [" + "*a, ".repeat(50) + "1]\n";
    refused(many, Limits.STANDARD.with(Limit.YAML_NODES, 1_000), Limit.YAML_NODES);
    String wide = "a: &a '${" + "x".repeat(1_000) + "}'\nb: [" + "*a, ".repeat(100) + "1]\n";
    refused(wide, Limits.STANDARD.with(Limit.CONFIG_BYTES, 20_000), Limit.CONFIG_BYTES);
  }

  private static void refused(String text, Limits limits, Limit limit) {
    var guard = new Guard(new ReadPolicy(limits, ReadPolicy.UnknownGlobals.KEEP, true));
    var source = new MemorySource(text.getBytes(StandardCharsets.UTF_8), "config");
    var document = YamlDocument.parse(source, guard);
    var refusal = assertThrows(CheckpointException.class, () -> document.resolved(List.of()));
    assertEquals(ErrorCode.LIMIT_EXCEEDED, refusal.code());
    assertTrue(refusal.getMessage().contains("limit(" + limit + ")"), refusal.getMessage());
  }

  @Test
  void findsOneOfManyKeysForEachOfManyReferences() {
    int count = 30_000;
    var text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append("k").append(i).append(": ").append(i).append('\n');
      text.append("r").append(i).append(": ${k").append(count - 1 - i).append("}\n");
    }
    var resolved = parse(text.toString()).resolved(List.of()).document();
    assertEquals("0", resolved.text("r" + (count - 1)).orElseThrow());
  }

  @Test
  void resolvesReferencesAndNothingElse() {
    var resolved = parse(WHOLE).resolved(List.of("model"));
    var config = resolved.document();
    assertEquals("3", config.text("same").orElseThrow());
    assertEquals("3", config.text("nested.up").orElseThrow());
    assertEquals("4", config.text("absolute").orElseThrow());
    assertEquals("3", config.text("chain").orElseThrow());
    assertEquals("n-3-4", config.text("text").orElseThrow());
    assertEquals("1", config.text("item").orElseThrow());
    assertEquals("${oc.env:HOME}", config.text("home").orElseThrow());
    assertEquals("${.gone}", config.text("nowhere").orElseThrow());
    assertEquals("${.loop}", config.text("loop").orElseThrow());
    assertTrue(resolved.notes().stream().anyMatch(note -> note.contains("oc.env:HOME")));
    assertTrue(resolved.notes().stream().anyMatch(note -> note.contains(".gone")));
  }

  @Test
  void writesAReferenceToOneValueTwiceAsTwoValues() {
    String text = "a: 3\nb: ${.a}\nc: ${.a}\n";
    byte[] written = parse(text).resolved(List.of()).document().write();
    assertEquals("a: 3\nb: 3\nc: 3\n", new String(written, StandardCharsets.UTF_8));
  }

  @Test
  void spellsNumbersAsPythonDoes() {
    assertEquals("1e-05", PythonFloat.repr(1e-5));
    assertEquals("1.0e-05", PythonFloat.yaml(1e-5));
    assertEquals("0.0001", PythonFloat.repr(1e-4));
    assertEquals("10000.0", PythonFloat.repr(1e4));
    assertEquals("1e+16", PythonFloat.repr(1e16));
    assertEquals("1234567890123456.0", PythonFloat.repr(1234567890123456.0));
    assertEquals("0.1", PythonFloat.repr(0.1));
    assertEquals("-0.0", PythonFloat.repr(-0.0));
    assertEquals("2e-323", PythonFloat.repr(2e-323));
    assertEquals("1.7976931348623157e+308", PythonFloat.repr(Double.MAX_VALUE));
  }

  private static YamlDocument parse(String text) {
    return YamlDocument.parse(
        new MemorySource(text.getBytes(StandardCharsets.UTF_8), "config.yaml"), Guard.standard());
  }
}
