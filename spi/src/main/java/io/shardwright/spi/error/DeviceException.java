package io.shardwright.spi.error;

/** Thrown if a device that was asked for can't be used. */
public final class DeviceException extends CheckpointException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure at one place.
   *
   * @param code the stable reason
   * @param where the device
   * @param problem what was expected, what was found, what to do
   */
  public DeviceException(ErrorCode code, String where, String problem) {
    super(code, where, problem);
  }
}
