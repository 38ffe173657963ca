package io.shardwright.adapters.megatron;

import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.Dialects;
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
 */
record Facts(
    Configuration config,
    DType dtype,
    OptionalLong size,
    OptionalLong rows,
    String source,
    Dialects dialects) {}
