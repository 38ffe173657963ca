package io.shardwright.cli;

import io.shardwright.spi.error.ErrorCode;

/** The exit codes that scripts rely on. */
final class ExitCode {
  static final int DONE = 0;
  static final int DIFFERENT = 1;
  static final int USAGE = 2;
  static final int RESOURCES = 5;
  static final int BUG = 70;
  static final int INTERRUPTED = 130;

  private ExitCode() {}

  static int of(ErrorCode code) {
    return switch (code.kind()) {
      case VERIFICATION -> DIFFERENT;
      case DEVICE, USAGE -> USAGE;
      case INPUT -> 3;
      case SAFETY -> 4;
      case RESOURCES -> RESOURCES;
      case PLAN -> 6;
      case INTERRUPTION -> INTERRUPTED;
    };
  }
}
