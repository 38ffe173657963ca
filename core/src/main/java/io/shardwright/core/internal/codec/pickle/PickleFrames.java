package io.shardwright.core.internal.codec.pickle;

/**
 * The frames of protocol 4. Readers that trust them and readers that don't must see one program, so
 * a frame begins and ends between two operations and none lies within another.
 */
final class PickleFrames {
  private static final long NONE = -1;

  private final PickleCursor cursor;
  private long end = NONE;

  PickleFrames(PickleCursor cursor) {
    this.cursor = cursor;
  }

  void begin(long length) {
    if (end != NONE) {
      throw cursor.malformed("a frame within a frame");
    }
    if (length > cursor.left()) {
      throw cursor.malformed(
          "a frame of " + length + " bytes where " + cursor.left() + " are left");
    }
    end = cursor.position() + length;
  }

  /** Called before each operation. */
  void requireBoundary() {
    if (end == NONE) {
      return;
    }
    if (cursor.position() > end) {
      throw cursor.malformed("a frame that ends within an operation, at byte " + end);
    }
    end = cursor.position() == end ? NONE : end;
  }

  /** Called at the end of the pickle. */
  void requireEnd() {
    if (end != NONE && end != cursor.position()) {
      throw cursor.malformed("ends before its frame, which ends at byte " + end);
    }
  }
}
