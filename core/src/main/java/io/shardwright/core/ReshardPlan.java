package io.shardwright.core;

import io.shardwright.core.outline.Needs;
import io.shardwright.core.outline.PlanOutline;
import io.shardwright.spi.error.Remedy;
import java.util.List;
import java.util.function.Function;

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
  private final PlanOutline outline;
  private final Needs needs;

  /**
   * A plan as {@link io.shardwright.Shardwright#plan} makes it.
   *
   * @param request what was asked for
   * @param text the plan for people
   * @param bytesToRead tensor bytes that will be read
   * @param bytesToWrite size of the target in bytes
   * @param changes lines {@code key: old -> new}
   * @param notes sentences
   * @param outline the plan as data
   * @param needs memory and disk
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
   * What a user should know, in the API's words.
   *
   * @return sentences
   */
  public List<String> notes() {
    return notes(Remedy::toString);
  }

  /**
   * What a user should know, in a caller's words.
   *
   * @param words what a setting is called
   * @return sentences
   */
  public List<String> notes(Function<Remedy, String> words) {
    return Remedy.say(notes, words);
  }

  /**
   * The plan as data: grids before and after, cuts, changes.
   *
   * @return the same for the same input
   */
  public PlanOutline outline() {
    return outline;
  }

  /**
   * The memory and disk that a run takes. Depends on the machine too, and is not in {@link
   * #toString()}.
   *
   * @return as of when the plan was made
   */
  public Needs needs() {
    return needs;
  }

  @Override
  public String toString() {
    return text;
  }
}
