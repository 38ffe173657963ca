package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetTensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.CRC32;

/** Every target tensor is a file of its own, in memory. */
public final class MemoryTarget implements TargetLayout, OutputFiles {
  private final Map<TargetTensor, Integer> numbers = new LinkedHashMap<>();
  private final List<byte[]> bytes = new ArrayList<>();
  private final boolean inOrder;
  private Place next = new Place(0, 0);

  /** With {@code inOrder} it takes the bytes of each file front to back alone. */
  public MemoryTarget(ExecutablePlan plan, boolean inOrder) {
    this.inOrder = inOrder;
    for (TargetTensor tensor : plan.targets().toList()) {
      numbers.put(tensor, bytes.size());
      bytes.add(new byte[(int) tensor.spec().byteSize()]);
    }
  }

  public byte[] bytes(TargetTensor tensor) {
    return bytes.get(numbers.get(tensor));
  }

  /** Runs a plan and checks the checksums that come about. */
  public Written run(ExecutablePlan plan, Supplier<TensorBackend> backend, int threads) {
    var conditions = new Executor.Conditions(Workers.of(threads), backend, Journal.NONE);
    Written written = Executor.run(plan, this, this, read -> {}, conditions);
    for (TargetTensor tensor : numbers.keySet()) {
      var crc = new CRC32();
      crc.update(bytes(tensor));
      assertEquals(crc.getValue(), written.tensors().get(tensor), "CRC-32 of " + tensor);
    }
    return written;
  }

  @Override
  public List<OutputFile> files() {
    return bytes.stream().map(held -> new OutputFile("", held.length)).toList();
  }

  @Override
  public boolean inOrder() {
    return inOrder;
  }

  @Override
  public Place place(TargetTensor tensor) {
    return new Place(numbers.get(tensor), 0);
  }

  @Override
  public void write(ByteBuffer source, Place place) {
    if (inOrder) {
      boolean follows = place.equals(next) || place.file() > next.file() && place.offset() == 0;
      assertTrue(follows, place + " does not follow " + next);
      next = new Place(place.file(), place.offset() + source.remaining());
    }
    source.get(bytes.get(place.file()), (int) place.offset(), source.remaining());
  }

  @Override
  public void read(ByteBuffer target, Place place) {
    target.put(bytes.get(place.file()), (int) place.offset(), target.remaining());
  }
}
