package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A step whose parts are stored in several types. */
class MixedStepTest {
  private static final int ROUNDS = 400;

  private final Casts casts = new Casts();

  @Test
  void givesWhatCastingEachPartAloneGives() {
    int mixed = 0;
    for (long seed = 0; seed < ROUNDS; seed++) {
      var random = new Random(seed);
      Copy step = new RandomStep(random).step();
      if (step.mixed()) {
        mixed++;
        compare(step, random, "seed " + seed + " ");
      }
    }
    assertTrue(mixed > 20, mixed + " steps");
  }

  private void compare(Copy step, Random random, String where) {
    CastLosses before = casts.losses();
    Copy alone = with(step, step.from().stream().map(part -> cast(part, step)).toList());
    CastLosses alike = casts.losses().minus(before);
    var plan = RandomStep.plan(step);
    var expected = new MemoryTarget(plan, false);
    var found = new MemoryTarget(plan, false);
    var more = expected.run(RandomStep.plan(alone), () -> new JvmBackend(1 << 12), 1).losses();
    int tileBytes = 16 << random.nextInt(8);
    var losses = found.run(plan, () -> new JvmBackend(tileBytes), 1 + random.nextInt(3)).losses();
    assertEquals(alike.plus(more), losses, where);
    plan.targets()
        .forEach(
            tensor ->
                assertArrayEquals(expected.bytes(tensor), found.bytes(tensor), where + tensor));
  }

  private static Copy with(Copy step, List<SourcePart> from) {
    return new Copy(
        step.tensor(), from, List.of(), step.zeros(), step.leftOut(), step.shift(), step.to());
  }

  /** The same part in a storage of the step's type. */
  private SourcePart cast(SourcePart part, Copy step) {
    DType to = step.tensor().dtype();
    if (part.dtype() == to) {
      return part;
    }
    SourceTensor tensor = part.tensor();
    int size = part.dtype().byteSize();
    int start = (int) tensor.start();
    ByteBuffer stored = ByteBuffer.allocate((int) tensor.storage().size() - start * size);
    tensor.storage().readFully(stored, (long) start * size);
    stored.flip();
    for (int at = 0; tensor.bigEndian() && at < stored.limit(); at += size) {
      reverse(stored.array(), at, size);
    }
    var bytes = ByteBuffer.allocate((start + stored.limit() / size) * to.byteSize());
    casts.convert(stored, part.dtype(), bytes.position(start * to.byteSize()).slice(), to);
    var spec = new TensorSpec("s", to, tensor.spec().shape());
    var storage = new MemorySource(bytes.array(), "s");
    var other =
        new SourceTensor(spec, storage, start, tensor.strides(), false, OptionalLong.empty());
    return new SourcePart(part.member(), other, part.view());
  }

  private static void reverse(byte[] bytes, int at, int size) {
    for (int low = at, high = at + size - 1; low < high; low++, high--) {
      byte kept = bytes[low];
      bytes[low] = bytes[high];
      bytes[high] = kept;
    }
  }
}
