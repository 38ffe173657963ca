package io.shardwright.spi;

import java.util.Optional;

/** A configuration as one layer sees it: a {@code *} in a key stands for the layer's number. */
record LayerConfig(ModelConfig whole, String layer) implements ModelConfig {
  private String own(String key) {
    return Condition.isPerLayer(key) ? key.replace("*", layer) : key;
  }

  @Override
  public Optional<String> text(String key) {
    return whole.text(own(key));
  }

  @Override
  public Kind kind(String key) {
    return whole.kind(own(key));
  }

  @Override
  public String where() {
    return whole.where();
  }

  @Override
  public String says(String key) {
    return whole.says(own(key));
  }

  @Override
  public boolean knows(String key) {
    return whole.knows(own(key));
  }

  @Override
  public boolean has(String key) {
    return whole.has(own(key));
  }
}
