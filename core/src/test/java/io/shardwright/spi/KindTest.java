package io.shardwright.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.spi.ModelConfig.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KindTest {
  @ParameterizedTest
  @CsvSource({
    "'',NONE",
    "~,NONE",
    "null,NONE",
    "NULL,TEXT",
    "yes,FLAG",
    "oFF,FLAG",
    "TRUE,FLAG",
    "yeſ,TEXT",
    "truer,TEXT",
    "-12,WHOLE",
    "+,TEXT",
    "'1 ',TEXT",
    "1.,NUMBER",
    ".5e-3,NUMBER",
    "-.INF,NUMBER",
    "inf,TEXT",
    "'[1, 2]',LIST",
    "' yes',TEXT",
  })
  void followsFromTheForm(String text, Kind kind) {
    assertEquals(kind, Kind.of(text));
  }
}
