package io.shardwright.core.internal.execute;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/** Breaks "djl" and "arrays". */
public final class BreachOfExecute {
  private BreachOfExecute() {}

  /** Would end the process. */
  public static void make(NDManager memory) {
    memory.zeros(new Shape(1), DataType.BFLOAT16);
  }
}
