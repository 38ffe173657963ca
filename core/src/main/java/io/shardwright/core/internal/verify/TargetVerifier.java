package io.shardwright.core.internal.verify;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.StoredArray;
import io.shardwright.core.internal.execute.CrcRanges;
import io.shardwright.core.internal.execute.Progress;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.execute.Written;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetArray;
import io.shardwright.core.internal.plan.TargetFile;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/**
 * Compares a target that was opened afresh with what it should be: its structure at once, its bytes
 * on several threads by {@link #readAll}.
 */
public final class TargetVerifier {
  private static final int BLOCK = 1 << 20;
  private static final long RANGE = 64 << 20;

  private final String target;
  private final Progress progress;
  private final Workers workers;
  private final List<Consumer<ByteBuffer>> reads = new ArrayList<>();

  public TargetVerifier(String target, Progress progress, Workers workers) {
    this.target = target;
    this.progress = progress;
    this.workers = workers;
  }

  /**
   * Compares names, types, shapes, objects' names and checksums, file by file.
   *
   * @param found the target's files as its reader sees them
   * @throws CheckpointIoException naming the first difference
   */
  public void requireEqual(SourceFiles found, ExecutablePlan expected, Written written) {
    int files = found.ranks().size();
    require(files == expected.files().size(), "holds " + files + " rank files");
    for (int i = 0; i < files; i++) {
      requireEqual(found.ranks().get(i), expected.files().get(i), written);
    }
    requireArrays(found, expected, key -> key, written);
    var objects = found.objectTensors().stream().collect(Collectors.toMap(o -> o.member(), o -> o));
    expected.objects().stream()
        .flatMap(object -> object.tensor().stream())
        .forEach(
            tensor -> {
              var stored = objects.get(tensor.member());
              require(stored != null, tensor.member() + " is missing");
              requireEqual(stored.tensor(), tensor, written);
            });
  }

  /**
   * Compares the arrays of a distributed checkpoint.
   *
   * @param keys what the checkpoint calls an array of the plan
   * @throws CheckpointIoException naming the first difference
   */
  public void requireArrays(
      SourceFiles found, ExecutablePlan expected, UnaryOperator<String> keys, Written written) {
    require(
        found.arrays().size() == expected.arrays().size(),
        "holds " + found.arrays().size() + " arrays");
    var arrays = found.arrays().stream().collect(Collectors.toMap(a -> a.spec().name(), a -> a));
    expected
        .arrays()
        .forEach(
            array -> {
              String key = keys.apply(array.spec().name());
              requireEqual(key, arrays.get(key), array, written);
            });
  }

  private void requireEqual(String key, StoredArray found, TargetArray expected, Written written) {
    String name = "array '" + key + "'";
    require(
        found != null
            && found.spec().dtype() == expected.spec().dtype()
            && found.spec().shape().equals(expected.spec().shape()),
        name + " has another type or shape");
    var chunks =
        found.chunks().stream().collect(Collectors.toMap(c -> c.region().offset(), c -> c));
    require(chunks.size() == expected.chunks(), name + " has " + chunks.size() + " chunks");
    expected.forEach(
        (part, number) -> {
          var chunk = part.tensor(number);
          var held = chunks.get(expected.offset(part.index(number)));
          require(held != null, chunk.member() + " is missing");
          ByteSource bytes = held.tensor().storage();
          require(bytes.size() == chunk.spec().byteSize(), chunk.member() + " has other sizes");
          long crc = written.tensors().get(chunk);
          requireStated(bytes.statedCrc(), crc, chunk.member());
          requireBytes(bytes, crc, chunk.member());
        });
  }

  private void requireStated(OptionalLong stated, long crc, String name) {
    boolean right = stated.isEmpty() || stated.getAsLong() == crc;
    require(right, name + " has another CRC-32 than its file states");
  }

  private void requireEqual(RankFile found, TargetFile expected, Written written) {
    String member = expected.member();
    require(found.member().equals(member), "has " + found.member() + " in place of " + member);
    require(found.names().equals(expected.names()), member + " has other names");
    require(
        found.objects().keySet().equals(expected.objects().keySet()),
        member + " has other objects");
    expected
        .tensors()
        .forEach((name, tensor) -> requireEqual(found.tensors().get(name), tensor, written));
  }

  private void requireEqual(SourceTensor found, TargetTensor expected, Written written) {
    String name = expected.member() + ": '" + expected.spec().name() + "'";
    require(
        found != null && found.spec().equals(expected.spec()), name + " has another type or shape");
    boolean whole =
        found.start() == 0
            && !found.bigEndian()
            && found.strides().equals(expected.spec().shape().rowMajorStrides())
            && found.storage().size() == expected.spec().byteSize();
    require(whole, name + " is not dense in its own storage");
    long crc = written.tensors().get(expected);
    requireStated(found.storageCrc(), crc, name);
    requireBytes(found.storage(), crc, name);
  }

  /**
   * Compares the names of the files of ranks.
   *
   * @throws CheckpointIoException if they differ
   */
  public void requireFiles(Set<String> found, List<String> expected) {
    require(found.equals(Set.copyOf(expected)), "holds the files of other ranks");
  }

  /**
   * Compares tensors wherever they lie.
   *
   * @param found by the names that are written
   * @param expected by the same names
   * @throws CheckpointIoException naming the first difference
   */
  public void requireTensors(
      Map<String, SourceTensor> found, Map<String, TargetTensor> expected, Written written) {
    require(found.keySet().equals(expected.keySet()), "holds other names");
    expected.forEach(
        (name, tensor) -> requireEqual(found.get(name).as(tensor.spec().name()), tensor, written));
  }

  /**
   * Compares the tensors of a safetensors file.
   *
   * @throws CheckpointIoException naming the first difference
   */
  public void requireTensors(
      Map<String, SafetensorsFile.Stored> found, TargetFile expected, Written written) {
    require(
        found.keySet().equals(expected.tensors().keySet()), expected.member() + " has other names");
    expected
        .tensors()
        .forEach(
            (name, tensor) -> {
              var stored = found.get(name);
              require(stored.spec().equals(tensor.spec()), "'" + name + "' has another shape");
              requireBytes(stored.bytes(), written.tensors().get(tensor), "'" + name + "'");
            });
  }

  /**
   * Compares a member with what it should be.
   *
   * @throws CheckpointIoException if its size differs
   */
  public void requireMember(String member, ByteSource found, byte[] bytes) {
    requireMember(member, found, bytes.length, ContentHash.crc(bytes));
  }

  private void requireMember(String member, ByteSource found, long size, long crc) {
    require(found.size() == size, member + " has another size than was written");
    requireBytes(found, crc, member);
  }

  /**
   * Compares what was carried over.
   *
   * @param found the target's members
   * @throws CheckpointIoException if one's size differs
   */
  public void requireCarried(Written written, Function<String, ByteSource> found) {
    written
        .carried()
        .forEach(
            (file, crc) ->
                requireMember(file.member(), found.apply(file.member()), file.bytes().size(), crc));
  }

  /** Notes bytes to be read. */
  private void requireBytes(ByteSource bytes, long crc, String name) {
    var pieces = new CrcRanges();
    var open = new AtomicInteger(Math.toIntExact((bytes.size() + RANGE - 1) / RANGE));
    for (long at = 0; at < bytes.size(); at += RANGE) {
      long from = at;
      long to = Math.min(bytes.size(), at + RANGE);
      reads.add(
          buffer -> {
            pieces.add(from, to - from, crc(bytes, from, to, buffer));
            boolean right = open.decrementAndGet() > 0 || same(pieces, bytes.size(), crc);
            require(right, name + " has other values than were read");
          });
    }
  }

  private static boolean same(CrcRanges pieces, long size, long crc) {
    return pieces.whole(size).equals(OptionalLong.of(crc));
  }

  /**
   * Reads what was noted and compares it.
   *
   * @throws CheckpointIoException naming what differs
   */
  public void readAll() {
    workers.run(reads, () -> ByteBuffer.allocateDirect(BLOCK));
  }

  private long crc(ByteSource bytes, long from, long to, ByteBuffer buffer) {
    var crc = new CRC32();
    bytes.expect(from, to - from);
    for (long at = from; at < to; at += buffer.limit()) {
      buffer.clear().limit((int) Math.min(BLOCK, to - at));
      bytes.readFully(buffer, at);
      crc.update(buffer.flip());
      progress.advance(buffer.limit());
    }
    return crc.getValue();
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new CheckpointIoException(
          ErrorCode.VERIFICATION_FAILED,
          target,
          otherwise + ": the disk or memory is faulty; the target was not published");
    }
  }
}
