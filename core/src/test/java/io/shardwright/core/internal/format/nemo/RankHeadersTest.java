package io.shardwright.core.internal.format.nemo;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.CheckpointException;
import org.junit.jupiter.api.Test;

class RankHeadersTest {
  private static final int ROUNDS = 50;

  @Test
  void ofSeveralRefusalsTheFirstRanksIsThrown() {
    for (int round = 0; round < ROUNDS; round++) {
      var headers = new RankHeaders(Guard.standard());
      for (int rank = 7; rank >= 0; rank--) {
        headers.add(new RankCoordinate(rank, 0), new MemorySource(new byte[9], "rank " + rank));
      }
      var refusal = assertThrows(CheckpointException.class, () -> headers.read(Workers.of(4)));
      assertTrue(refusal.getMessage().contains("rank 0"), refusal.getMessage());
    }
  }
}
