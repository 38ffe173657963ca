package io.shardwright.core.internal.convert;

import io.shardwright.spi.config.Codec.Multiple;
import io.shardwright.spi.config.ConfigKey;
import java.util.Optional;

/** A number of units here, their product there. */
record Multiples(Multiple codec) implements DialectEngine.Relation {
  @Override
  public void read(ConfigKey row, Optional<String> said, Reading in) {
    long unit = in.count(codec.unit(), 1).orElse(1);
    said.map(Long::parseLong)
        .filter(number -> number > 0)
        .ifPresent(
            number -> in.set(row.canonical(), Long.toString(Math.multiplyExact(number, unit))));
  }

  @Override
  public void write(ConfigKey row, Optional<String> value, Writing out) {
    long whole = out.config().count(row.canonical(), 0).orElse(0);
    long unit = out.config().count(codec.unit(), 1).orElse(1);
    if (whole % unit == 0) {
      out.put(row, Long.toString(whole / unit));
    } else {
      out.refuse(row, Long.toString(whole), ": " + codec.unit() + " is " + unit);
    }
  }
}
