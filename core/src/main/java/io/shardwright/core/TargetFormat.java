package io.shardwright.core;

/** The formats that a run can write. */
public enum TargetFormat {
  /** A {@code .nemo} archive, or the same members in a folder. */
  NEMO("nemo"),
  /** A training checkpoint of PyTorch Lightning: a folder of rank files with optimizer state. */
  LIGHTNING("lightning"),
  /** A Hugging Face folder, as {@code transformers} saves it. */
  HUGGING_FACE("huggingface"),
  /**
   * Safetensors files with every stored tensor of a {@code .nemo} unchanged, and its configuration.
   */
  SAFETENSORS("safetensors");

  private final String id;

  TargetFormat(String id) {
    this.id = id;
  }

  /**
   * Returns the format's name.
   *
   * @return the name as {@code Shardwright.formats()} lists it
   */
  public String id() {
    return id;
  }
}
