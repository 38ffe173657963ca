package io.shardwright.core;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A device that casts, cuts and merges tensors. The written bytes are the same for every device.
 *
 * @param kind the kind of device
 * @param index the GPU's number, from 0; 0 for the other kinds
 */
public record Device(Kind kind, int index) {
  /** The Java virtual machine, which is always there. */
  public static final Device JVM = new Device(Kind.JVM, 0);

  private static final Pattern CUDA = Pattern.compile("cuda(:([0-9]{1,4}))?");

  /** The kinds of devices. */
  public enum Kind {
    /** The Java virtual machine. */
    JVM,
    /** PyTorch on the processor. */
    CPU,
    /** PyTorch on a GPU. */
    CUDA
  }

  /**
   * Checks the index.
   *
   * @param kind any kind
   * @param index at least 0, and 0 unless the kind is {@link Kind#CUDA}
   * @throws IllegalArgumentException if the kind has no such device
   */
  public Device {
    Objects.requireNonNull(kind, "kind");
    if (index < 0 || index > 0 && kind != Kind.CUDA) {
      throw new IllegalArgumentException(kind + " has no device " + index);
    }
  }

  /**
   * Parses a device's name: {@code jvm}, {@code cpu}, {@code cuda} or {@code cuda:N}.
   *
   * @param text the name
   * @return the device, which this machine may lack
   * @throws IllegalArgumentException if the text is no such name
   */
  public static Device parse(String text) {
    if (text.equals("jvm")) {
      return JVM;
    }
    if (text.equals("cpu")) {
      return new Device(Kind.CPU, 0);
    }
    var cuda = CUDA.matcher(text);
    if (!cuda.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a device: expected jvm, cpu, cuda or cuda:N");
    }
    return new Device(Kind.CUDA, cuda.group(2) == null ? 0 : Integer.parseInt(cuda.group(2)));
  }

  /**
   * Returns the name of the backend for the device.
   *
   * @return {@code jvm}, or {@code djl} for the devices of PyTorch
   */
  public String backend() {
    return kind == Kind.JVM ? "jvm" : "djl";
  }

  /** Returns the device's name as {@link #parse} reads it. */
  @Override
  public String toString() {
    return switch (kind) {
      case JVM -> "jvm";
      case CPU -> "cpu";
      case CUDA -> "cuda:" + index;
    };
  }
}
