package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.tensor.DType;
import java.util.List;
import java.util.Optional;

/**
 * An element type of weights, as both documents say it.
 *
 * @param dtype the type
 * @param flag the key that is true for it; empty for the one that has none
 * @param word NeMo's
 */
record Precision(DType dtype, Optional<String> flag, String word) {
  private static final Precision SINGLE = new Precision(DType.FLOAT32, Optional.empty(), "32");
  private static final List<Precision> HALVES =
      List.of(
          new Precision(DType.BFLOAT16, Optional.of("bf16"), "bf16"),
          new Precision(DType.FLOAT16, Optional.of("fp16"), "16"));

  /** What a document says. */
  static Precision of(DialectDocument document) {
    return HALVES.stream().filter(half -> half.isSaidBy(document)).findFirst().orElse(SINGLE);
  }

  private boolean isSaidBy(DialectDocument document) {
    return flag.filter(half -> ModelDocument.isTrue(document, half)).isPresent();
  }

  /** That of weights; what has no flag is loaded in single precision. */
  static Precision of(DType dtype) {
    return HALVES.stream().filter(half -> half.dtype == dtype).findFirst().orElse(SINGLE);
  }

  /** Says it in a document. */
  void write(Obj document) {
    for (Precision half : HALVES) {
      document.put(half.flag.orElseThrow(), new Bool(equals(half)));
    }
    document.put("params_dtype", name());
  }

  /** The type by its name in Python, which is not called. */
  JsonValue name() {
    return Obj.empty()
        .put("_target_", new Str("torch." + dtype.torchName()))
        .put("_call_", new Bool(false));
  }
}
