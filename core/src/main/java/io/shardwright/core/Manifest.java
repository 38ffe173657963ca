package io.shardwright.core;

import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.json.JsonValue;
import io.shardwright.core.internal.codec.json.JsonValue.Arr;
import io.shardwright.core.internal.codec.json.JsonValue.Bool;
import io.shardwright.core.internal.codec.json.JsonValue.Num;
import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.core.internal.codec.json.JsonValue.Str;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Optional;

/**
 * What a model consists of: a SHA-256 for every tensor. Where a family is known these are the
 * logical tensors, whole (TP 1), without vocabulary padding, under their canonical names: the same
 * for every layout and naming of one model. Else they are the tensors as they are stored.
 *
 * @param family the adapter that knows them; empty for tensors as they are stored
 * @param vocabularyKnown whether padding rows could be left out; true where there are none
 * @param tensors in the order of the files
 */
public record Manifest(Optional<String> family, boolean vocabularyKnown, List<Entry> tensors) {
  /** The version of {@link #toJson()}'s fields. */
  public static final int SCHEMA_VERSION = 1;

  /**
   * One tensor.
   *
   * @param spec its name, element type and shape
   * @param sha256 lower-case hex over the row-major little-endian bytes
   */
  public record Entry(TensorSpec spec, String sha256) {}

  /**
   * The manifest as a document.
   *
   * @return UTF-8 JSON: {@code schema_version}, {@code family}, {@code vocabulary_known}, and
   *     {@code tensors} with {@code name}, {@code dtype} (safetensors' spelling), {@code shape} and
   *     {@code sha256}
   */
  public byte[] toJson() {
    JsonValue name = family.<JsonValue>map(Str::new).orElse(JsonValue.Null.NULL);
    return JsonDocument.write(
        Obj.empty()
            .put("schema_version", Num.of(SCHEMA_VERSION))
            .put("family", name)
            .put("vocabulary_known", new Bool(vocabularyKnown))
            .put("tensors", new Arr(tensors.stream().map(Manifest::json).toList())),
        2);
  }

  private static JsonValue json(Entry entry) {
    return Obj.empty()
        .put("name", new Str(entry.spec().name()))
        .put("dtype", new Str(entry.spec().dtype().safetensorsName()))
        .put("shape", Arr.of(entry.spec().shape().dims()))
        .put("sha256", new Str(entry.sha256()));
  }
}
