package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.MalformedCheckpointException;

/**
 * The operations of a pickle one after another, with their arguments and without values: for a
 * reader that builds its own, as {@link PickleReader}'s would take too much memory. Of the grammar,
 * what pickles of records made of texts and whole numbers need.
 */
public final class PickleOps {
  private static final int PROTO = 0x80;
  private static final int FRAME = 0x95;
  private static final int LONG1 = 0x8a;
  private static final int NEWOBJ = 0x81;
  private static final int STACK_GLOBAL = 0x93;
  private static final int MEMOIZE = 0x94;
  private static final int STOP = '.';

  private final ByteSource source;
  private final PickleCursor cursor;
  private final PickleFrames frames;
  private long number;
  private long textLength;
  private Global global;

  /**
   * The operations of a source that is one pickle.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  public PickleOps(ByteSource source, Guard guard) {
    guard.require(Limit.PICKLE_BYTES, source.size(), source.name());
    this.source = source;
    cursor = new PickleCursor(source, 0, guard);
    frames = new PickleFrames(cursor);
  }

  /**
   * The next operation's code; PROTO and FRAME are not told. A text that was not asked for by
   * {@link #text} is passed over.
   *
   * @throws MalformedCheckpointException if it breaks the grammar, or goes on after STOP
   */
  public int next() {
    cursor.skip(textLength);
    textLength = 0;
    while (true) {
      cursor.step();
      frames.requireBoundary();
      int operation = cursor.u1();
      if (operation == FRAME) {
        frames.begin(cursor.u8());
      } else if (operation == PROTO) {
        requireProtocol(cursor.u1());
      } else {
        argument(operation);
        return operation;
      }
    }
  }

  private void requireProtocol(int version) {
    if (version > 5) {
      throw malformed("protocol " + version + ", expected 0 to 5");
    }
  }

  private void argument(int operation) {
    switch (operation) {
      case 'K', 'q', 'h' -> number = cursor.u1();
      case 'M' -> number = cursor.u2();
      case 'J' -> number = cursor.i4();
      case 'r', 'j' -> number = cursor.u4();
      case LONG1 -> number = longNumber(cursor.u1());
      case 0x8c -> textLength = cursor.u1();
      case 'X' -> textLength = cursor.u4();
      case 0x8d -> textLength = cursor.u8();
      case 'c' -> global = new Global(cursor.asciiLine(), cursor.asciiLine());
      case STOP -> requireEnd();
      case '(', 'N', 0x88, 0x89, ')', 0x85, 0x86, 0x87, 't', ']', 'a', 'e', '}', 's', 'u' -> {}
      case 'R', NEWOBJ, 'b', STACK_GLOBAL, MEMOIZE -> {}
      default -> throw unknown(operation);
    }
  }

  private long longNumber(int length) {
    if (length > Long.BYTES) {
      throw malformed("a number of " + length + " bytes, expected at most 8");
    }
    long value = 0;
    for (int at = 0; at < length; at++) {
      int next = cursor.u1();
      value |= (at == length - 1 ? (byte) next : (long) next) << Byte.SIZE * at;
    }
    return value;
  }

  private void requireEnd() {
    frames.requireEnd();
    if (cursor.left() > 0) {
      throw malformed("continues for " + cursor.left() + " bytes after its end");
    }
  }

  private MalformedCheckpointException unknown(int operation) {
    return malformed(
        "opcode 0x"
            + Integer.toHexString(operation)
            + ", which a pickle of records of texts and whole numbers does not have");
  }

  /** The whole number, or the memo cell, that the operation has. */
  public long number() {
    return number;
  }

  /** The text that the operation has; may be asked for once. */
  public String text() {
    byte[] bytes = cursor.text(textLength);
    textLength = 0;
    return Utf8.decode(bytes).orElseThrow(() -> malformed("text that is not UTF-8"));
  }

  /** The name that GLOBAL has. */
  public Global global() {
    return global;
  }

  /** A refusal that names the place. */
  public MalformedCheckpointException malformed(String problem) {
    return cursor.malformed(problem);
  }

  /** The place, for messages. */
  public String where() {
    return cursor.where();
  }

  /** The source's name, for messages that no place helps. */
  public String name() {
    return source.name();
  }

  /** Bytes of the whole: no pickle has more memo cells. */
  public long size() {
    return source.size();
  }
}
