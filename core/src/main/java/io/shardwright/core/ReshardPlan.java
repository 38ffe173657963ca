package io.shardwright.core;

import io.shardwright.core.outline.Needs;
import io.shardwright.core.outline.PlanOutline;
import io.shardwright.spi.error.Remedy;
import java.util.List;
import java.util.function.Function;

/**
 * A description of what a run would do, computed without reading values of tensors. {@link
 * #toString()} is the plan as text, always the same for the same input.
 */
public final class ReshardPlan {
  private final ReshardRequest request;
  private final String text;
  private final long bytesToRead;
  private final long bytesToWrite;
  private final List<String> changes;
  private final List<String> notes;
  private final PlanOutline outline;
  private final Needs needs;

  /**
   * Makes a plan of its parts; programs get theirs from {@link io.shardwright.Shardwright#plan}.
   *
   * @param request the request that was planned
   * @param text the plan as text
   * @param bytesToRead number of bytes of tensors that will be read
   * @param bytesToWrite size of the target in bytes
   * @param changes changed configuration keys, as {@code key: old -> new}
   * @param notes remarks for users, a sentence each
   * @param outline the plan as data
   * @param needs the threads, memory and disk space of a run
   */
  public ReshardPlan(
      ReshardRequest request,
      String text,
      long bytesToRead,
      long bytesToWrite,
      List<String> changes,
      List<String> notes,
      PlanOutline outline,
      Needs needs) {
    this.request = request;
    this.text = text;
    this.bytesToRead = bytesToRead;
    this.bytesToWrite = bytesToWrite;
    this.changes = List.copyOf(changes);
    this.notes = List.copyOf(notes);
    this.outline = outline;
    this.needs = needs;
  }

  /**
   * Returns the request that was planned.
   *
   * @return the request
   */
  public ReshardRequest request() {
    return request;
  }

  /**
   * Returns the size of the tensors that a run will read.
   *
   * @return the size in bytes
   */
  public long bytesToRead() {
    return bytesToRead;
  }

  /**
   * Returns the size of the target.
   *
   * @return the size in bytes
   */
  public long bytesToWrite() {
    return bytesToWrite;
  }

  /**
   * Returns the configuration keys that a run will change.
   *
   * @return lines of the form {@code key: old -> new}
   */
  public List<String> changes() {
    return changes;
  }

  /**
   * Returns remarks for users, with settings named as in the API.
   *
   * @return a sentence each
   */
  public List<String> notes() {
    return notes(Remedy::toString);
  }

  /**
   * Returns remarks for users, with settings named as the caller does.
   *
   * @param words the wording of a remedy, such as an option of the command line
   * @return a sentence each
   */
  public List<String> notes(Function<Remedy, String> words) {
    return Remedy.say(notes, words);
  }

  /**
   * Returns the plan as data: grids before and after, cuts, changes.
   *
   * @return the outline, always the same for the same input
   */
  public PlanOutline outline() {
    return outline;
  }

  /**
   * Returns the memory and disk space that a run needs. They depend on the machine too and are not
   * part of {@link #toString()}.
   *
   * @return the needs as they were when the plan was made
   */
  public Needs needs() {
    return needs;
  }

  @Override
  public String toString() {
    return text;
  }
}
