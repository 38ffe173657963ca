package io.shardwright.core.internal.execute;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** CRC-32 of a mebibyte; operations a second are MiB/s. With the launcher's compiler. */
@State(Scope.Thread)
@Fork(jvmArgsAppend = "-XX:TieredStopAtLevel=1")
public class ChecksumBenchmark {
  private static final int BYTES = 1 << 20;
  private static final int PIECES = 1_024;

  private final ByteBuffer block = ByteBuffer.allocateDirect(BYTES);
  private long crc = 1;

  /** Takes it as bytes pass. */
  @Benchmark
  public OptionalLong take() {
    var pieces = new CrcRanges();
    var running = new RunningCrc(pieces);
    running.update(block, 0);
    running.flush();
    return pieces.whole(BYTES);
  }

  /** Appends a mebibyte whose checksum is known. */
  @Benchmark
  public long combine() {
    crc = Crc32Combination.of(crc, 0xcafe_babeL, BYTES);
    return crc;
  }

  /** Brings a thousand pieces of a mebibyte together that were told from back to front. */
  @Benchmark
  @OperationsPerInvocation(PIECES)
  public OptionalLong joinBackwards() {
    var pieces = new CrcRanges();
    for (long piece = PIECES - 1; piece >= 0; piece--) {
      pieces.add(piece * BYTES, BYTES, piece);
    }
    return pieces.whole((long) PIECES * BYTES);
  }
}
