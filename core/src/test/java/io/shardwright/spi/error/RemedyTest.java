package io.shardwright.spi.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemedyTest {
  private static final Remedy UNTIE = new Remedy(Setting.UNTIE, Optional.empty());
  private static final Remedy RANKS = new Remedy(Setting.LAYOUT, Optional.of("ranks"));

  private static UnsafeCheckpointException refusal(String problem) {
    return new UnsafeCheckpointException(ErrorCode.UNSUPPORTED, "a.nemo", problem);
  }

  @Test
  void aMessageSaysTheApisWords() {
    var refusal = refusal("use " + UNTIE.inText() + " or " + Setting.LAYOUT.inText("ranks"));
    assertEquals("SW-113 a.nemo: use untie or layout(ranks)", refusal.getMessage());
    assertTrue(refusal.toString().endsWith("use untie or layout(ranks)"), refusal.toString());
    assertEquals(List.of(UNTIE, RANKS), refusal.remedies());
  }

  @Test
  void aCallersWordsStandInTheSamePlaces() {
    var refusal = refusal("set " + RANKS.inText() + ", " + UNTIE.inText() + ": both");
    assertEquals(
        "SW-113 a.nemo: set $1\\LAYOUT, $1\\UNTIE: both",
        refusal.message(remedy -> "$1\\" + remedy.setting().name()));
  }

  @Test
  void aMessageInAnotherKeepsItsSettings() {
    var outer = refusal("can't: " + refusal(UNTIE.inText()).message(Remedy::inText));
    assertEquals(List.of(UNTIE), outer.remedies());
    assertEquals("SW-113 a.nemo: can't: SW-113 a.nemo: untie", outer.getMessage());
  }

  @Test
  void everyReasonOfAPlanIsInTheCallersWords() {
    var problems = List.of("choose " + RANKS.inText(), "or " + UNTIE.inText());
    var refusal = new PlanRejectedException(ErrorCode.NOT_DIVISIBLE, "a.nemo", problems);
    assertEquals(List.of("choose layout(ranks)", "or untie"), refusal.problems());
    assertEquals(List.of("choose X", "or X"), refusal.problems(remedy -> "X"));
    assertEquals("SW-204 a.nemo: choose X\n  or X", refusal.message(remedy -> "X"));
    assertEquals(List.of(RANKS, UNTIE), refusal.remedies());
  }

  @ParameterizedTest
  @EnumSource
  void everySettingIsFoundAgainWithAndWithoutAValue(Setting setting) {
    var some = new Remedy(setting, Optional.of("a value = 1"));
    var none = new Remedy(setting, Optional.empty());
    assertEquals(List.of(some, none), Remedy.in("x" + some.inText() + none.inText() + "y"));
  }

  /** Of a file's name, for example. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\uFDD0\uFDD1",
        "\uFDD0NOTHING\uFDD1",
        "\uFDD0UNTIE",
        "\uFDD1UNTIE\uFDD0",
        "\uFDD0untie\uFDD1",
        "untie"
      })
  void leavesTextThatIsNoSettingAsItIs(String text) {
    assertEquals(List.of(), Remedy.in(text));
    assertEquals(text, Remedy.say(text, remedy -> "X"));
  }

  @Test
  void everyCodesRemedyIsInTheCallersWords() {
    assertEquals("Choose one with `family`.", ErrorCode.FAMILY_AMBIGUOUS.remedy());
    assertEquals("Choose one with `X`.", ErrorCode.FAMILY_AMBIGUOUS.remedy(remedy -> "X"));
  }
}
