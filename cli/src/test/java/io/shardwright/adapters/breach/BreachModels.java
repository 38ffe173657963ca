package io.shardwright.adapters.breach;

import io.shardwright.core.BreachOfCore;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.ModelFormat;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;

/** Breaks the rules "adapters" and "stateless2". */
public final class BreachModels implements ModelFormat {
  private String seen = BreachOfCore.name();

  @Override
  public String id() {
    return seen;
  }

  @Override
  public boolean recognizes(StoredFiles files) {
    seen = files.name();
    return false;
  }

  @Override
  public StoredModel read(StoredFiles files, KnownModels models) {
    throw new IllegalStateException(seen);
  }
}
