package io.shardwright.core.internal.guard;

import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.Limits;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.core.policy.ReadPolicy.UnknownGlobals;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Enforces the read policy for one checkpoint and counts the memory that its headers take. Readers
 * report an upper estimate of what they are about to keep before they keep it.
 */
public final class Guard {
  private final ReadPolicy policy;
  private final long heap;
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong unpacked;
  private final AtomicLong packed;
  private final Optional<Guard> whole;

  /** A guard that nothing was taken from. */
  public Guard(ReadPolicy policy) {
    this.policy = policy;
    long given = policy.limits().get(Limit.HEAP_BYTES);
    heap = given == Limits.OF_THE_MACHINE ? Runtime.getRuntime().maxMemory() / 2 : given;
    unpacked = new AtomicLong();
    packed = new AtomicLong();
    whole = Optional.empty();
  }

  private Guard(Guard whole) {
    this.policy = whole.policy;
    this.heap = whole.heap;
    this.unpacked = whole.unpacked;
    this.packed = whole.packed;
    this.whole = Optional.of(whole);
  }

  /** Counts here too what is kept for a while, until all of it is given back. */
  public Guard temporary() {
    return new Guard(this);
  }

  /** Gives back all that was counted and not given back yet. */
  public void giveBackAll() {
    giveBack(taken.get());
  }

  /** A guard with the usual policy. */
  public static Guard standard() {
    return new Guard(ReadPolicy.STANDARD);
  }

  /** The same policy for another checkpoint. */
  public Guard anew() {
    return new Guard(policy);
  }

  /** Whether a file with unknown Python names is refused. */
  public boolean refusesUnknownGlobals() {
    return policy.unknownGlobals() == UnknownGlobals.REFUSE;
  }

  /** Whether files of a folder may be links. */
  public boolean followsLinks() {
    return policy.followLinks();
  }

  /** A limit's number; that of the heap is told by the machine where it was not given. */
  public long limit(Limit limit) {
    return limit == Limit.HEAP_BYTES ? heap : policy.limits().get(limit);
  }

  /**
   * Refuses what is over a limit.
   *
   * @param found how many there are, or at least are
   * @throws UnsafeCheckpointException naming the limit, the number and the option
   */
  public void require(Limit limit, long found, String where) {
    if (found > limit(limit)) {
      throw over(limit, found, limit(limit), where);
    }
  }

  /** The same, with a name that is made where it is needed. */
  public void require(Limit limit, long found, Supplier<String> where) {
    if (found > limit(limit)) {
      throw over(limit, found, limit(limit), where.get());
    }
  }

  /** The refusal of what is over a limit. */
  public static UnsafeCheckpointException over(
      Limit limit, long found, long allowed, String where) {
    return new UnsafeCheckpointException(
        ErrorCode.LIMIT_EXCEEDED,
        where,
        found
            + " "
            + limit.counted()
            + ", over the limit of "
            + allowed
            + ": raise it with "
            + Setting.LIMIT.inText(limit.name())
            + " if you trust the file");
  }

  /**
   * Counts memory that is about to be kept.
   *
   * @param bytes an upper estimate
   * @throws UnsafeCheckpointException if all that was taken is over the limit
   */
  public void take(long bytes, String where) {
    long all = taken.addAndGet(bytes);
    if (whole.isPresent()) {
      whole.get().take(bytes, where);
    } else if (all > heap) {
      throw over(Limit.HEAP_BYTES, all, heap, where);
    }
  }

  /**
   * Counts bytes of structure that is about to be unpacked or was found in what was unpacked.
   *
   * @param from as many bytes of the file as stand for them
   * @throws UnsafeCheckpointException if all that was counted expands too much
   */
  public void unpack(long bytes, long from, String where) {
    if (from < bytes) {
      InflateRatio.STRUCTURE.require(
          unpacked.addAndGet(bytes), packed.addAndGet(from), this, where);
    }
  }

  /** Gives back what was counted and is no longer kept. */
  public void giveBack(long bytes) {
    taken.addAndGet(-bytes);
    whole.ifPresent(guard -> guard.giveBack(bytes));
  }

  /** How much more unpacked bytes may be than packed ones, beyond what anything may be. */
  public enum InflateRatio {
    /** Pickles, YAML and JSON, which cost work for each byte; real pickles shrink 3 to 8 times. */
    STRUCTURE(4L << 20),
    /** Values, which may be zeros. */
    VALUES(256L << 20);

    private final long free;

    InflateRatio(long free) {
      this.free = free;
    }

    /**
     * Refuses what expands too much.
     *
     * @throws io.shardwright.spi.error.UnsafeCheckpointException naming the limit
     */
    public void require(long unpacked, long packed, Guard guard, String where) {
      if (unpacked > free && guard.limit(Limit.INFLATE_RATIO) > 0) {
        guard.require(Limit.INFLATE_RATIO, unpacked / Math.max(1, packed), where);
      }
    }
  }
}
