package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** One step: the first four bytes of a storage of eight become a tensor. */
class ResumptionTest {
  private static final byte[] STORED = {1, 2, 3, 4, 5, 6, 7, 8};
  private static final byte[] WANTED = {1, 2, 3, 4};

  private final Map<Integer, Journal.Entry> told = new HashMap<>();
  private final byte[] target = new byte[4];
  private int bytesWritten;

  /** The files, the layout and the journal of the run. */
  private final class Run implements TargetLayout, OutputFiles, Journal {
    private final Optional<Entry> earlier;

    Run(Optional<Entry> earlier) {
      this.earlier = earlier;
    }

    @Override
    public List<OutputFile> files() {
      return List.of(new OutputFile("", target.length));
    }

    @Override
    public Place place(TargetTensor tensor) {
      return new Place(0, 0);
    }

    @Override
    public void write(ByteBuffer bytes, Place place) {
      bytesWritten += bytes.remaining();
      bytes.get(target, (int) place.offset(), bytes.remaining());
    }

    @Override
    public void read(ByteBuffer bytes, Place place) {
      bytes.put(target, (int) place.offset(), bytes.remaining());
    }

    @Override
    public Optional<Entry> entry(int step) {
      return earlier;
    }

    @Override
    public void add(int step, Entry entry) {
      told.put(step, entry);
    }
  }

  private static long crc(byte[] bytes) {
    var crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  private Written run(Optional<Journal.Entry> earlier, long statedCrc) {
    ByteSource storage = new MemorySource(STORED, "memory");
    var spec = new TensorSpec("tensor", DType.UINT8, Shape.of(4));
    var view = new View(Region.whole(spec.shape()), 0, List.of(1L));
    var source = new SourceTensor(spec, storage, 0, List.of(1L), false, OptionalLong.of(statedCrc));
    var step =
        new PlanStep.Copy(
            spec,
            List.of(new SourcePart("member", source, view)),
            List.of(),
            List.of(),
            List.of(),
            0,
            List.of(new To(new TargetTensor("file", spec), view)));
    var plan =
        new ExecutablePlan(
            null, null, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(step));
    var run = new Run(earlier);
    var conditions = new Executor.Conditions(Workers.of(2), JvmBackend::new, run);
    return Executor.run(plan, run, run, bytes -> {}, conditions);
  }

  private Journal.Entry journaled() {
    run(Optional.empty(), crc(STORED));
    bytesWritten = 0;
    return told.remove(0);
  }

  @Test
  void takesOverWhatIsThere() {
    var entry = journaled();
    assertEquals(4, run(Optional.of(entry), crc(STORED)).bytesResumed());
    assertEquals(0, bytesWritten);
    assertEquals(Map.of(), told, "it is in the journal already");
  }

  @Test
  void doesAgainWhatIsNotThere() {
    var entry = journaled();
    target[3] ^= 1;
    assertEquals(0, run(Optional.of(entry), crc(STORED)).bytesResumed());
    assertArrayEquals(WANTED, target);
    assertEquals(entry, told.get(0));
  }

  @Test
  void doesAgainWhatAnotherPlanWouldHaveWritten() {
    var losses = CastLosses.NONE;
    var elsewhere = List.of(new CrcRanges.Range(2, 4, 0));
    for (var ranges : List.of(List.<List<CrcRanges.Range>>of(), List.of(elsewhere))) {
      bytesWritten = 0;
      run(Optional.of(new Journal.Entry(ranges, true, losses)), crc(STORED));
      assertEquals(4, bytesWritten);
    }
  }

  @Test
  void checksTheSourceWhereTheEarlierRunHadNotComeToIt() {
    var entry = journaled();
    assertEquals(false, entry.sourceIntact(), "half of the storage was not read");
    assertEquals(4, run(Optional.of(entry), crc(STORED)).bytesResumed());
    var refusal =
        assertThrows(
            MalformedCheckpointException.class, () -> run(Optional.of(entry), crc(STORED) ^ 1));
    assertEquals(ErrorCode.CHECKSUM_MISMATCH, refusal.code());
  }
}
