package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.format.KnownModels.Given;
import java.util.Optional;

/** A document that the user gave for weights in Megatron-Core's names. */
final class GivenDocument {
  private GivenDocument() {}

  /** Of NeMo 2, of Megatron-Bridge, or arguments of Megatron-LM. */
  static Optional<ModelDocument> of(Given given) {
    Obj values = given.values();
    return Nemo2Document.of(values, given.name())
        .or(() -> values.get("model").flatMap(RunConfig::of))
        .or(() -> Arguments.of(values));
  }
}
