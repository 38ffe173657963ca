package io.shardwright.core.internal.convert;

import io.shardwright.spi.config.ConfigKey;
import java.util.Optional;

/**
 * The number of layers that predict further tokens. A document states it, and beside the document
 * are tensors that tell it; transformers drops such layers and keeps the statement.
 */
final class PredictionLayers implements DialectEngine.Relation {
  @Override
  public void read(ConfigKey row, Optional<String> said, Reading in) {
    var keys = row.own().stream().filter(Statements::isStated).toList();
    String key = keys.stream().filter(in.document()::has).findFirst().orElse(keys.get(0));
    Optional<String> stated = in.document().text(key).filter(number -> !number.equals("0"));
    if (in.document().shapes().isEmpty()) {
      in.set(row.canonical(), stated.orElse("null"));
      return;
    }
    Optional<String> found = in.document().text(row.own().get(1));
    in.set(row.canonical(), found.orElse("null"));
    if (found.isPresent() && in.document().has(key) && !stated.equals(found)) {
      in.disagree(in.document().saying(row.own()) + ", expected one number");
    } else if (found.isEmpty() && stated.isPresent()) {
      in.unplaced()
          .add(
              in.document().says(key)
                  + ", and the checkpoint has no tensors of such layers: left out");
    }
  }

  @Override
  public void write(ConfigKey row, Optional<String> value, Writing out) {
    out.put(row, value.orElse("0"));
  }
}
