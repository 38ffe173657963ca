package io.shardwright.core;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What computes. Whatever does, the bytes are the same.
 *
 * @param kind where tiles of tensors are worked on
 * @param index of the GPU, from 0; 0 for the others
 */
public record Device(Kind kind, int index) {
  /** The Java virtual machine, which is always there. */
  public static final Device JVM = new Device(Kind.JVM, 0);

  private static final Pattern CUDA = Pattern.compile("cuda(:([0-9]{1,4}))?");

  /** Where tiles of tensors are worked on. */
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
   * @param kind where tiles of tensors are worked on
   * @param index at least 0, and 0 where it is no GPU
   */
  public Device {
    Objects.requireNonNull(kind, "kind");
    if (index < 0 || index > 0 && kind != Kind.CUDA) {
      throw new IllegalArgumentException(kind + " has no device " + index);
    }
  }

  /**
   * Reads {@code jvm}, {@code cpu}, {@code cuda} or {@code cuda:N}.
   *
   * @param text as users write it
   * @return the device, which need not be there
   * @throws IllegalArgumentException if it is none of these
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
          "'" + text + "' is no device: expected jvm, cpu, cuda or cuda:N");
    }
    return new Device(Kind.CUDA, cuda.group(2) == null ? 0 : Integer.parseInt(cuda.group(2)));
  }

  /**
   * What works on the tiles.
   *
   * @return {@code jvm} or {@code djl}
   */
  public String backend() {
    return kind == Kind.JVM ? "jvm" : "djl";
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return switch (kind) {
      case JVM -> "jvm";
      case CPU -> "cpu";
      case CUDA -> "cuda:" + index;
    };
  }
}
