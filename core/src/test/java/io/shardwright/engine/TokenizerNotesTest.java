package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.Shardwright;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What NeMo lacks of a tokenizer is said where the target is NeMo's. */
class TokenizerNotesTest {
  @TempDir(factory = MemoryFolders.class)
  Path folder;

  private long notes(Path source, TargetFormat format) {
    var request = ReshardRequest.builder(source, folder.resolve("target")).format(format).build();
    return Shardwright.create().plan(request).notes().stream()
        .filter(note -> note.contains("tokenizer"))
        .count();
  }

  @Test
  void standWhereTheTargetIsNemosAlone() throws IOException {
    Path source = TinyExperts.write(TinyExperts.Kind.LLAMA, new Random(5), folder.resolve("hf"));
    for (boolean fast : new boolean[] {false, true}) {
      if (fast) {
        Files.writeString(
            source.resolve("tokenizer.json"), "{\"model\": {\"type\": \"BPE\", \"vocab\": {}}}");
      }
      assertEquals(1, notes(source, TargetFormat.NEMO));
      assertEquals(0, notes(source, MegatronCircleTest.BRIDGE));
      assertEquals(0, notes(source, TargetFormat.HUGGING_FACE));
    }
  }
}
