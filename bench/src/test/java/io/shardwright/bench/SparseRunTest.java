package io.shardwright.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.bench.input.Decoder;
import io.shardwright.bench.input.Filling;
import io.shardwright.bench.input.HuggingFaceInput;
import io.shardwright.bench.input.HuggingFaceParts;
import io.shardwright.bench.input.Marks;
import io.shardwright.bench.input.NemoInput;
import io.shardwright.bench.input.Part;
import io.shardwright.bench.input.RankParts;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparseRunTest {
  private static final Decoder MODEL = new Decoder(6, 512, 2_048, 8, 4, 1_000, true);
  private static final int RANKS = 4;

  @TempDir Path folder;

  @Test
  void findsEveryMarkOfOneFile() throws IOException {
    new NemoInput(new RankParts(MODEL, 1, 1), new Marks()).folder(folder);
    long marks = Marks.count(new RankParts(MODEL, 1, 1).of(0, 0), RANKS);
    assertTrue(marks > 0);
    for (boolean all : new boolean[] {false, true}) {
      assertEquals(marks, SparseRun.run(MODEL, folder, RANKS, 2, all).right());
    }
  }

  @Test
  void findsEveryMarkOfAHuggingFaceModel() throws IOException {
    HuggingFaceInput.folder(folder, MODEL, new Marks());
    long marks = Marks.count(new HuggingFaceParts(MODEL).all(), RANKS);
    assertEquals(marks, SparseRun.run(MODEL, folder, RANKS, 1, false).right());
  }

  @Test
  void seesThatAMarkIsNotWhereItBelongs() throws IOException {
    new NemoInput(new RankParts(MODEL, 1, 1), new Shifted()).folder(folder);
    var found =
        assertThrows(
            IllegalStateException.class, () -> SparseRun.run(MODEL, folder, RANKS, 1, false));
    assertTrue(found.getMessage().contains("is another's"), found.getMessage());
  }

  /** Marks that say the place of an element further on. */
  private static final class Shifted implements Filling {
    private final Marks marks = new Marks();

    @Override
    public boolean checked() {
      return marks.checked();
    }

    @Override
    public long fill(FileChannel file, long offset, Part part) throws IOException {
      var shifted = new Part(part.spec(), part.whole(), part.firstColumn() + 8, part.wholeRow());
      return marks.fill(file, offset, shifted);
    }
  }
}
