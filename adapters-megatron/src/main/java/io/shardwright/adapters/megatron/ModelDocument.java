package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Obj;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What says of a checkpoint which model it is.
 *
 * @param className the class that makes it
 * @param model keys and values
 * @param dialect the table of the keys
 * @param window canonical text of the attention's window; empty where there is none
 * @param vocabulary its true size; empty where the rows are not padded
 * @param precision in NeMo's words
 */
record ModelDocument(
    String className,
    Obj model,
    Dialect dialect,
    Optional<String> window,
    OptionalLong vocabulary,
    String precision) {
  /** The ranks over which rows were padded. */
  long ranks() {
    return model.get("tensor_model_parallel_size").orElse(Null.NULL).asLong().orElse(1);
  }
}
