package io.shardwright.core.internal.validate;

import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.execute.TensorBlocks;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/** Whether ranks hold the same values. */
final class RankBytes {
  private final TensorBlocks blocks = new TensorBlocks();

  /** What a tensor's values look like. */
  private record Look(List<Byte> digest, boolean constant) {}

  /** Whether all ranks hold the same. */
  boolean alike(List<SourceTensor> ranks) {
    return ranks.stream().map(this::look).map(Look::digest).distinct().count() == 1;
  }

  /** Whether all elements of a tensor are one value, which tells nothing. */
  boolean constant(SourceTensor tensor) {
    return look(tensor).constant();
  }

  /**
   * What identifies the values of a tensor that lies in parts.
   *
   * @param bytes how many of its bytes count
   */
  List<Byte> merged(TensorSpec tensor, List<SourcePart> parts, long bytes) {
    var digest = sha256();
    long[] left = {bytes};
    blocks.read(
        tensor,
        parts,
        0,
        block -> {
          var counted = block.duplicate();
          counted.limit(counted.position() + (int) Math.min(counted.remaining(), left[0]));
          left[0] -= counted.remaining();
          digest.update(counted);
        });
    return listed(digest);
  }

  /** What identifies a tensor's values. */
  List<Byte> of(SourceTensor tensor) {
    return look(tensor).digest();
  }

  private Look look(SourceTensor tensor) {
    var digest = sha256();
    var values = new Values(tensor.spec().dtype().byteSize());
    blocks.read(
        tensor,
        block -> {
          digest.update(block.duplicate());
          values.add(block.duplicate());
        });
    return new Look(listed(digest), values.constant);
  }

  private static List<Byte> listed(MessageDigest digest) {
    var bytes = new ArrayList<Byte>();
    for (byte b : digest.digest()) {
      bytes.add(b);
    }
    return bytes;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static final class Values {
    private final byte[] first;
    private boolean begun;
    private boolean constant = true;

    Values(int size) {
      first = new byte[size];
    }

    void add(ByteBuffer block) {
      if (!begun && block.remaining() >= first.length) {
        block.get(first);
        begun = true;
      }
      for (int i = 0; constant && block.hasRemaining(); i++) {
        constant = block.get() == first[i % first.length];
      }
    }
  }
}
