package io.shardwright.core;

import java.util.List;

/**
 * What a run would do, computed without reading a value. {@link #toString()} is the same text for
 * the same input, always.
 */
public final class ReshardPlan {
  private final ReshardRequest request;
  private final String text;
  private final long bytesToRead;
  private final long bytesToWrite;
  private final List<String> changes;
  private final List<String> notes;

  ReshardPlan(
      ReshardRequest request,
      String text,
      long bytesToRead,
      long bytesToWrite,
      List<String> changes,
      List<String> notes) {
    this.request = request;
    this.text = text;
    this.bytesToRead = bytesToRead;
    this.bytesToWrite = bytesToWrite;
    this.changes = List.copyOf(changes);
    this.notes = List.copyOf(notes);
  }

  /**
   * What was asked for.
   *
   * @return the request
   */
  public ReshardRequest request() {
    return request;
  }

  /**
   * Tensor bytes that will be read.
   *
   * @return bytes
   */
  public long bytesToRead() {
    return bytesToRead;
  }

  /**
   * Size of the target.
   *
   * @return bytes
   */
  public long bytesToWrite() {
    return bytesToWrite;
  }

  /**
   * Configuration keys that will change.
   *
   * @return lines {@code key: old -> new}
   */
  public List<String> changes() {
    return changes;
  }

  /**
   * What a user should know.
   *
   * @return sentences
   */
  public List<String> notes() {
    return notes;
  }

  @Override
  public String toString() {
    return text;
  }
}
