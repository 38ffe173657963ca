package io.shardwright.core;

/** What a run writes. */
public enum TargetFormat {
  /** A {@code .nemo} archive, or the same members in a folder. */
  NEMO("nemo"),
  /** The folder of a training that goes on: rank files with optimizer state. */
  LIGHTNING("lightning"),
  /** A folder as {@code transformers} saves it. */
  HUGGING_FACE("huggingface"),
  /**
   * Every stored tensor of a {@code .nemo} as it is, in safetensors files, with its configuration.
   */
  SAFETENSORS("safetensors");

  private final String id;

  TargetFormat(String id) {
    this.id = id;
  }

  /**
   * The format's name.
   *
   * @return as it is listed among the formats
   */
  public String id() {
    return id;
  }
}
