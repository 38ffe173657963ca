package io.shardwright.adapters.megatron;

import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.Dialects;
import io.shardwright.spi.format.CoreVersion;
import io.shardwright.spi.format.WantedGrid;
import io.shardwright.spi.tensor.DType;
import java.util.OptionalLong;

/**
 * What documents are written from.
 *
 * @param config canonical, with what NeMo takes for granted
 * @param dtype of the weights
 * @param size of the vocabulary; empty where nobody knows it
 * @param rows of the vocabulary with padding; empty for a model without
 * @param source where the model is from, for messages
 * @param core what has to read it
 */
record Facts(
    Configuration config,
    DType dtype,
    OptionalLong size,
    OptionalLong rows,
    String source,
    CoreVersion core,
    Dialects dialects) {
  /** Those of a model that is planned. */
  static Facts of(WantedGrid model) {
    return new Facts(
        model.config(),
        model.dtype(),
        model.vocabularyRows(),
        model.paddedRows(),
        model.source(),
        model.core(),
        model.dialects());
  }

  /** What a reader takes from a document. */
  Configuration means(ModelDocument document) {
    String where = document.table().document() + " of " + source;
    return document.read(dialects, config, where).apply(config, where);
  }
}
