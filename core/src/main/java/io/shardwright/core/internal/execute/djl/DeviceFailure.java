package io.shardwright.core.internal.execute.djl;

import ai.djl.engine.EngineException;
import io.shardwright.spi.error.DeviceException;
import io.shardwright.spi.error.ErrorCode;

/** Makes the exception for a failure of PyTorch, with its many lines reduced to one. */
public final class DeviceFailure {
  private static final String ERROR = "RuntimeError: ";

  private DeviceFailure() {}

  /**
   * As an error of ours.
   *
   * @param device as users write it
   * @param whenFull what to do if its memory is too small
   */
  public static DeviceException of(String device, String whenFull, EngineException failure) {
    String reason = line(failure);
    ErrorCode code = ErrorCode.DEVICE_FAILED;
    if (reason.contains("out of memory") || reason.contains("can't allocate memory")) {
      code = ErrorCode.DEVICE_FULL;
      reason += ": " + whenFull;
    } else if (reason.contains("invalid device ordinal")) {
      code = ErrorCode.DEVICE_MISSING;
      reason = "there is no such GPU; the first is cuda:0";
    }
    return new DeviceException(code, "device " + device, reason);
  }

  /**
   * The line that says what happened: of the innermost cause, since DJL's own words are general,
   * and after TorchScript's account of where.
   */
  static String line(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    String first = message.strip().lines().findFirst().orElse(cause.toString());
    return message.lines().filter(text -> text.startsWith(ERROR)).findFirst().orElse(first);
  }
}
