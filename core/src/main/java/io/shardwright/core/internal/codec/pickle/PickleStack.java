package io.shardwright.core.internal.codec.pickle;

import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * The machine's stack with its marks.
 *
 * @param <T> what a reader makes of a pickle's values
 */
public final class PickleStack<T> {
  private final Function<String, MalformedCheckpointException> malformed;
  private final List<T> values = new ArrayList<>();
  private int[] marks = new int[64];
  private int marked;

  /**
   * An empty stack.
   *
   * @param malformed makes a refusal of what is wrong
   */
  public PickleStack(Function<String, MalformedCheckpointException> malformed) {
    this.malformed = malformed;
  }

  /** Puts a value on top. */
  public void push(T value) {
    values.add(value);
  }

  /** Takes the value on top. */
  public T pop() {
    requireAboveMark();
    return values.remove(values.size() - 1);
  }

  /** The value on top. */
  public T top() {
    requireAboveMark();
    return values.get(values.size() - 1);
  }

  private void requireAboveMark() {
    int floor = marked == 0 ? 0 : marks[marked - 1];
    if (values.size() <= floor) {
      throw malformed.apply("pops a value from an empty stack");
    }
  }

  /** Sets a mark. */
  public void mark() {
    if (marked == marks.length) {
      marks = Arrays.copyOf(marks, 2 * marked);
    }
    marks[marked++] = values.size();
  }

  /** Takes everything above the last mark, and the mark. */
  public List<T> popMark() {
    if (marked == 0) {
      throw malformed.apply("pops a mark that was not set");
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

  /** How many values and marks there are. */
  public int depth() {
    return values.size() + marked;
  }

  /** Whether there are none. */
  public boolean empty() {
    return values.isEmpty() && marked == 0;
  }
}
