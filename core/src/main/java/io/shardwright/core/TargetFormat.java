package io.shardwright.core;

import java.util.Objects;

/**
 * A format that a run can write: one of the engine's own, or one that a jar brings.
 *
 * @param id the format's name, as {@code Shardwright.formats()} lists it
 */
public record TargetFormat(String id) {
  /** A {@code .nemo} archive, or the same members in a folder. */
  public static final TargetFormat NEMO = new TargetFormat("nemo");

  /** A training checkpoint of PyTorch Lightning: a folder of rank files with optimizer state. */
  public static final TargetFormat LIGHTNING = new TargetFormat("lightning");

  /** A Hugging Face folder, as {@code transformers} saves it. */
  public static final TargetFormat HUGGING_FACE = new TargetFormat("huggingface");

  /**
   * Safetensors files with every stored tensor of a {@code .nemo} unchanged, and its configuration.
   */
  public static final TargetFormat SAFETENSORS = new TargetFormat("safetensors");

  /**
   * Creates the name of a format.
   *
   * @param id the format's name
   */
  public TargetFormat {
    Objects.requireNonNull(id, "id");
  }

  @Override
  public String toString() {
    return id;
  }
}
