package io.shardwright.core.internal.codec.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What OmegaConf 2.3.0 and 2.4.0 gave for each of these with PyYAML 6.0.4. */
class PlainNumberTest {
  private static YamlDocument parse(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return YamlDocument.parse(new MemorySource(bytes, "model_config.yaml"), Guard.standard());
  }

  @ParameterizedTest
  @CsvSource({
    "020, 16",
    "0b10, 2",
    "1_6, 16",
    "0x4, 4",
    "0xFF, 255",
    "-020, -16",
    "+16, 16",
    "1:30, 90",
    "00, 0",
    "1_, 1",
    "0_7, 7",
    "0x_F, 15",
    "0b_1, 1",
    "-0x4, -4",
    "-0b10, -2",
    "1__0, 10",
    "+0x4, 4",
    "-1_6, -16",
    "1:2:3, 3723",
    "-1:30, -90",
    "190:20:30, 685230",
    "0777777777777777777777777, 4722366482869645213695",
    "!!int '020', 16",
    "!!int 0b10, 2"
  })
  void readsIntegersAsOmegaConfDoes(String written, String meant) {
    assertEquals(Optional.of(meant), parse("a: " + written + "\n").text("a"));
  }

  @ParameterizedTest
  @CsvSource({"0o20", "_1", "08", "019", "0x", "1e5_0", "1 6", "1.2.3", "!!str 020", "-.5", "1_e3"})
  void keepsWhatIsTextForOmegaConf(String written) {
    String text = written.replace("!!str ", "").replace("'", "");
    var document = parse("a: " + written + "\nb: ${a}\n");
    assertEquals(Optional.of(text), document.text("a"));
    assertTrue(new String(document.write(), StandardCharsets.UTF_8).contains(text));
  }

  @ParameterizedTest
  @CsvSource({"1_0.5, 10.5", "1_000.5, 1000.5", "1:30.5, 90.5", "1e3, 1000", "1.e3, 1000"})
  void readsRealNumbersAsOmegaConfDoes(String written, double meant) {
    String text = parse("a: " + written + "\n").text("a").orElseThrow();
    assertEquals(meant, Double.parseDouble(text));
  }

  @Test
  void writesNumbersThatMeanTheSame() {
    var read = parse("a: 020\nb: 0x4\nc: 1_6\n");
    String written = new String(read.write(), StandardCharsets.UTF_8);
    assertTrue(written.endsWith("b: 0x4\nc: 1_6\n"), written);
    assertEquals(read.leaves(), parse(written).leaves());
    assertEquals(OptionalLong.of(16), parse(written).integer("a"));
  }

  @Test
  void putsANumbersValueIntoText() {
    var resolved = parse("a: 020\nb: x${a}\n").resolved(List.of()).document();
    assertEquals(Optional.of("x16"), resolved.text("b"));
  }

  @ParameterizedTest
  @CsvSource({"16, 020", "4, 0x4", "yes, true", "'on', 'yes'", "1_0, 10"})
  void refusesTwoKeysThatAreOne(String one, String other) {
    assertThrows(MalformedCheckpointException.class, () -> parse(one + ": a\n" + other + ": b\n"));
  }

  @Test
  void takesTheLastOfTwoMergeKeys() {
    String maps = "x: &x {size: 1, bb: 2}\ny: &y {size: 3, cc: 4}\n";
    var merged = parse(maps + "z:\n  <<: *x\n  <<: *y\n");
    assertEquals(Optional.of("3"), merged.text("z.size"));
    assertEquals(Optional.of("2"), merged.text("z.bb"));
    assertEquals(Optional.of("4"), merged.text("z.cc"));
    var own = parse(maps + "z:\n  <<: *x\n  size: 7\n  <<: *y\n");
    assertEquals(Optional.of("7"), own.text("z.size"));
    var inline = parse(maps + "z:\n  <<: *x\n  <<: {size: 9}\n  <<: {size: 8}\n");
    assertEquals(Optional.of("8"), inline.text("z.size"));
  }
}
