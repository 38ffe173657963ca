package io.shardwright.spi;

import org.junit.jupiter.api.Assertions;

/** Breaks the rules "spi" and "spiTypes". */
public class BreachOfSpi {
  void depends() {
    Assertions.assertTrue(true);
  }
}
