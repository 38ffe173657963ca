package io.shardwright.spi.error;

import java.util.List;
import java.util.function.Function;

/**
 * The exception for everything that a user can cause or fix. The message says what is wrong and
 * where, what was expected and found, and what to do. It contains settings as values, so that each
 * caller names it in words that its users know: {@code --untie} on a command line, {@code untie} in
 * the API.
 */
public abstract sealed class CheckpointException extends RuntimeException
    permits MalformedCheckpointException,
        UnsupportedCheckpointException,
        UnrecognizedCheckpointException,
        UnsafeCheckpointException,
        PlanRejectedException,
        AdapterException,
        CheckpointIoException,
        DeviceException {
  private static final long serialVersionUID = 1L;

  /** The stable reason. */
  private final ErrorCode code;

  CheckpointException(ErrorCode code, String where, String problem) {
    super(code.code() + " " + where + ": " + problem);
    this.code = code;
  }

  /**
   * The message in the API's words.
   *
   * @return the code, the place and the problem
   */
  @Override
  public String getMessage() {
    return message(Remedy::toString);
  }

  /**
   * The message in a caller's words.
   *
   * @param words what a setting is called
   * @return the code, the place and the problem
   */
  public String message(Function<Remedy, String> words) {
    return Remedy.say(super.getMessage(), words);
  }

  /**
   * What the message advises to set, or says to be set.
   *
   * @return in the order of the message; empty where no setting helps
   */
  public List<Remedy> remedies() {
    return Remedy.in(super.getMessage());
  }

  /**
   * The stable reason.
   *
   * @return the code
   */
  public ErrorCode code() {
    return code;
  }
}
