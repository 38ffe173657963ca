package io.shardwright.core.internal.codec.pickle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The machine's stack with its marks. */
final class PickleStack {
  private final PickleCursor cursor;
  private final List<PickleValue> values = new ArrayList<>();
  private int[] marks = new int[64];
  private int marked;

  PickleStack(PickleCursor cursor) {
    this.cursor = cursor;
  }

  void push(PickleValue value) {
    values.add(value);
  }

  PickleValue pop() {
    requireAboveMark();
    return values.remove(values.size() - 1);
  }

  PickleValue top() {
    requireAboveMark();
    return values.get(values.size() - 1);
  }

  private void requireAboveMark() {
    int floor = marked == 0 ? 0 : marks[marked - 1];
    if (values.size() <= floor) {
      throw cursor.malformed("takes a value from an empty stack");
    }
  }

  void mark() {
    if (marked == marks.length) {
      marks = Arrays.copyOf(marks, 2 * marked);
    }
    marks[marked++] = values.size();
  }

  /** Takes everything above the last mark, and the mark. */
  List<PickleValue> popMark() {
    if (marked == 0) {
      throw cursor.malformed("takes a mark that was not set");
    }
    var above = values.subList(marks[--marked], values.size());
    var taken = List.copyOf(above);
    above.clear();
    return taken;
  }

  /** Python's POP takes a mark where one is on top. */
  void popAny() {
    if (marked > 0 && marks[marked - 1] == values.size()) {
      marked--;
    } else {
      pop();
    }
  }

  int depth() {
    return values.size() + marked;
  }

  boolean empty() {
    return values.isEmpty() && marked == 0;
  }
}
