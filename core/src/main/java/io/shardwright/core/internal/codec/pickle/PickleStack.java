package io.shardwright.core.internal.codec.pickle;

import java.util.ArrayList;
import java.util.List;

/** The machine's stack with its marks. */
final class PickleStack {
  private final PickleCursor cursor;
  private final List<PickleValue> values = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();

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
    int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
    if (values.size() <= floor) {
      throw cursor.malformed("takes a value from an empty stack");
    }
  }

  void mark() {
    marks.add(values.size());
  }

  /** Takes everything above the last mark, and the mark. */
  List<PickleValue> popMark() {
    if (marks.isEmpty()) {
      throw cursor.malformed("takes a mark that was not set");
    }
    var above = values.subList(marks.remove(marks.size() - 1), values.size());
    var taken = List.copyOf(above);
    above.clear();
    return taken;
  }

  /** Python's POP takes a mark where one is on top. */
  void popAny() {
    if (!marks.isEmpty() && marks.get(marks.size() - 1) == values.size()) {
      marks.remove(marks.size() - 1);
    } else {
      pop();
    }
  }

  int depth() {
    return values.size() + marks.size();
  }

  boolean empty() {
    return values.isEmpty() && marks.isEmpty();
  }
}
