package io.shardwright.core.internal.codec.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class YamlDocumentTest {
  private static final String ODD =
      """
      plain: text
      small: 1e-5
      dotted: 1.0e-05
      exact: 1e5
      precision: 16-mixed
      text: '32'
      yes_word: yes
      off_word: off
      'yes': key
      grouped: 1_000
      clock: 12:34:56
      date: 2024-01-01
      infinite: .inf
      nothing: null
      tilde: ~
      empty: ''
      artifact: nemo:0f00_tokenizer.model
      reference: ${hidden_size}
      environment: ${oc.env:HOME}
      relative: ${..a.b}
      unicode: näive
      quoted: 'it''s: quoted'
      list:
      - 1
      - 0.9
      - - nested
      flow: []
      map:
        inner: true
      """;

  @Test
  void writesWhatItReadByteForByte() {
    assertEquals(ODD, written(parse(ODD)));
  }

  @Test
  void changesOneScalarAndNothingElse() {
    String changed = written(parse(ODD).with("precision", "32"));
    assertEquals(ODD.replace("16-mixed", "32"), changed);
  }

  /** As OmegaConf 2.4 and PyYAML 6 write paths. */
  private static final String PATHS =
      """
      data: !!python/object/apply:pathlib.PosixPath
      - /data/my corpus/text
      parts: !!python/object/apply:pathlib.PosixPath
      - /
      - data
      - text
      windows: !!python/object/apply:pathlib.PureWindowsPath
      - C:\\data
      - text
      newer: !!python/object/apply:pathlib._local.PosixPath
      - a
      - /b
      here: !!python/object/apply:pathlib.Path []
      list:
      - key: !!python/object/apply:pathlib.PurePosixPath
        - a/b
      """;

  @Test
  void keepsPathsAsTextWithTheirTags() {
    var document = parse(PATHS);
    assertEquals(PATHS, written(document));
    assertEquals(Optional.of("/data/my corpus/text"), document.text("data"));
    assertEquals(Optional.of("/data/text"), document.text("parts"));
    assertEquals(Optional.of("C:\\data\\text"), document.text("windows"));
    assertEquals(Optional.of("/b"), document.text("newer"));
    assertEquals(Optional.of("."), document.text("here"));
    assertEquals(Optional.empty(), document.list("data"));
    assertEquals("a/b", document.leaves().get("list.0.key"));
    assertEquals(PATHS + "more: 1\n", written(document.with("more", "1")));
  }

  @Test
  void refersToPathsAsTextAndReadsNoReferencesInThem() {
    String paths =
        "home: !!python/object/apply:pathlib.PosixPath\n- /h/${user}\n"
            + "same: ${home}\nbelow: ${home}/logs\n";
    var resolved = parse(paths).resolved(List.of()).document();
    assertEquals(Optional.of("/h/${user}"), resolved.text("same"));
    assertEquals(Optional.of("/h/${user}/logs"), resolved.text("below"));
    assertEquals(
        "!!python/object/apply:pathlib.PosixPath",
        written(resolved).split("same: ")[1].split("\n")[0]);
  }

  /** Only OmegaConf's own paths, and only of text: anything else may run code elsewhere. */
  @Test
  void refusesWhatOnlyLooksLikeAPath() {
    for (String odd :
        List.of(
            "!!python/object/apply:pathlib.PosixPath x",
            "!!python/object/apply:pathlib.PosixPath [1]",
            "!!python/object/apply:pathlib.PosixPath [[a]]",
            "!!python/object/apply:pathlib.PosixPath {args: [a]}",
            "!!python/object/new:pathlib.PosixPath [a]",
            "!!python/object/apply:pathlib.os.system [a]",
            "!!python/object/apply:pathlib.PosixPath.unlink [a]",
            "!!python/name:pathlib.PosixPath ''")) {
      var refusal =
          assertThrows(MalformedCheckpointException.class, () -> parse("a: " + odd + "\n"), odd);
      assertEquals(ErrorCode.YAML_MALFORMED, refusal.code());
    }
  }

  /** The emitter does not write a leading zero plainly; the tag keeps the type. */
  @Test
  void keepsALeadingZeroAnInteger() {
    String written = written(parse("octal: 017\ntext: '017'\n"));
    assertEquals("octal: !!int '017'\ntext: '017'\n", written);
    assertEquals(written, written(parse(written)));
  }

  @Test
  void appendsAKeyThatIsAbsent() {
    assertEquals(
        ODD + "tensor_model_parallel_size: 2\n",
        written(parse(ODD).with("tensor_model_parallel_size", "2")));
  }

  @Test
  void readsScalarsAsOmegaConfDoes() {
    var document = parse(ODD);
    assertEquals(Optional.of("1e-5"), document.text("small"));
    assertEquals(Optional.empty(), document.text("nothing"));
    assertTrue(document.has("nothing"));
    assertFalse(document.has("absent"));
    assertTrue(document.flag("map.inner"));
    assertTrue(document.flag("yes_word"));
    assertEquals(Optional.of("2024-01-01"), document.text("date"));
  }

  @Test
  void looksBelowATopLevelModelNode() {
    var document = parse("trainer: x\nmodel:\n  hidden_size: 4\n");
    assertEquals(4, document.integer("hidden_size").orElseThrow());
    assertEquals(
        "trainer: x\nmodel:\n  hidden_size: 8\n", written(document.with("hidden_size", "8")));
  }

  @Test
  void refusesForeignTagsDuplicateKeysAndSeveralDocuments() {
    for (String text :
        List.of(
            "a: !!python/object/apply:os.system [x]",
            "a: !!javax.script.ScriptEngineManager []",
            "a: !local x",
            "a: 1\na: 2",
            "a: {b: 1, b: 2}",
            "a: 1\n---\nb: 2",
            "- 1",
            "",
            "? [a]\n: b",
            "a: [")) {
      var refusal = assertThrows(MalformedCheckpointException.class, () -> parse(text), text);
      assertEquals(ErrorCode.YAML_MALFORMED, refusal.code());
    }
  }

  @Test
  void refusesNestingOverTheLimit() {
    String deep = "a: " + "[".repeat(5_000) + "]".repeat(5_000);
    var refusal = assertThrows(UnsafeCheckpointException.class, () -> parse(deep));
    assertEquals(ErrorCode.LIMIT_EXCEEDED, refusal.code());
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    var source = new MemorySource(new byte[] {'a', ':', ' ', (byte) 0xff}, "test.yaml");
    assertThrows(
        MalformedCheckpointException.class, () -> YamlDocument.parse(source, Guard.standard()));
  }

  private static YamlDocument parse(String text) {
    return YamlDocument.parse(
        new MemorySource(text.getBytes(StandardCharsets.UTF_8), "test.yaml"), Guard.standard());
  }

  private static String written(YamlDocument document) {
    return new String(document.write(), StandardCharsets.UTF_8);
  }
}
