package io.shardwright.core.outline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SafeTextTest {
  @Test
  void showsWhatWouldSteerOrReorder() {
    assertEquals("a\\u001b[31mb", SafeText.of("a\u001b[31mb"));
    assertEquals("x\\u202efdp.exe", SafeText.of("x\u202efdp.exe"));
    assertEquals("\\u0000\\u200b\\ud800\\uffff", SafeText.of("\0\u200b\ud800\uffff"));
  }

  @Test
  void leavesLettersOfAllScriptsAndLineFeeds() {
    String text = "größe\nموديل 模型 🙂";
    assertEquals(text, SafeText.of(text));
  }

  @Test
  void quotesWordsForAShell() {
    assertEquals(
        "shardwright plan 'my model.nemo' 'it'\\''s' --tp=4",
        ShellWords.line(List.of("shardwright", "plan", "my model.nemo", "it's", "--tp=4")));
    assertEquals("a ''", ShellWords.line(List.of("a", "")));
  }
}
