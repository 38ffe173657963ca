package io.shardwright.core.internal.read;

import io.shardwright.core.internal.execute.ReplicaCheck;
import io.shardwright.core.internal.execute.TensorBlocks;
import io.shardwright.core.internal.plan.CanonicalModel.Again;
import io.shardwright.core.internal.plan.CanonicalTensor;
import java.util.List;

/**
 * Compares the replicas of a tensor in a checkpoint before the tensor's first value is given out.
 */
final class SameValues {
  private final List<Again> again;
  private boolean compared;

  SameValues(List<Again> again) {
    this.again = again;
  }

  /**
   * Compares the tensor with all of them, the first time.
   *
   * @throws io.shardwright.spi.error.MalformedCheckpointException naming what differs
   */
  synchronized void require(CanonicalTensor tensor, OpenModel.BufferPool buffers) {
    if (!compared) {
      for (Again other : again) {
        buffers.use(one -> buffers.use(two -> require(tensor, one, other, two)));
      }
      compared = true;
    }
  }

  private static void require(
      CanonicalTensor tensor, TensorBlocks blocks, Again other, TensorBlocks otherBlocks) {
    CanonicalTensor second = other.tensor().unpadded();
    var own = blocks.open(tensor);
    var others = otherBlocks.open(second);
    long elements = tensor.spec().shape().elements();
    for (long at = 0; at < elements; at += own.most()) {
      long to = Math.min(elements, at + own.most());
      if (!own.read(at, to).equals(others.read(at, to))) {
        throw ReplicaCheck.difference(other.kind(), tensor.parts().get(0), second.parts().get(0));
      }
    }
  }
}
