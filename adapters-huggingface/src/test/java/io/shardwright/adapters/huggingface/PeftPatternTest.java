package io.shardwright.adapters.huggingface;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PeftPatternTest {
  @Test
  void findsThePatternsOfAllModulesOfALargeModel() {
    var search = new PeftPattern.Search("adapter");
    var keys = List.of("down_proj", "layers\\.[0-9]+\\.mlp\\..*_proj", ".*self_attn.*v_proj");
    for (int layer = 0; layer < 126; layer++) {
      String stem = "model.layers." + layer;
      assertEquals(Optional.of(keys.get(0)), search.first(keys, stem + ".mlp.down_proj"));
      assertEquals(Optional.of(keys.get(1)), search.first(keys, stem + ".mlp.up_proj"));
      assertEquals(Optional.of(keys.get(2)), search.first(keys, stem + ".self_attn.v_proj"));
      assertEquals(Optional.empty(), search.firstWithin(keys, stem + ".self_attn.q_proj"));
    }
  }

  @Test
  void refusesAPatternThatNeverEnds() {
    String key = ".*a.*a.*b";
    assertTrue(PeftPattern.isPlain(key));
    var search = new PeftPattern.Search("adapter");
    var refusal =
        assertThrows(
            UnsupportedCheckpointException.class,
            () -> search.first(List.of(key), "a.".repeat(20_000)));
    assertTrue(refusal.getMessage().contains("rank_pattern"), refusal.getMessage());
  }
}
