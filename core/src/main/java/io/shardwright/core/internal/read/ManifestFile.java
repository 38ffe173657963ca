package io.shardwright.core.internal.read;

import io.shardwright.core.Manifest;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;

/**
 * Reads and writes manifests as files: UTF-8 JSON with {@code schema_version}, {@code family},
 * {@code vocabulary_known}, and {@code tensors} with {@code name}, {@code dtype} (safetensors'
 * spelling), {@code shape} and {@code sha256}.
 */
public final class ManifestFile {
  private static final int SCHEMA_VERSION = 1;

  private ManifestFile() {}

  /** The file's bytes. */
  public static byte[] of(Manifest manifest) {
    JsonValue name = manifest.family().<JsonValue>map(Str::new).orElse(JsonValue.Null.NULL);
    return JsonDocument.write(
        Obj.empty()
            .put("schema_version", Num.of(SCHEMA_VERSION))
            .put("family", name)
            .put("vocabulary_known", new Bool(manifest.vocabularyKnown()))
            .put("tensors", new Arr(manifest.tensors().stream().map(ManifestFile::json).toList())),
        2);
  }

  private static JsonValue json(Manifest.Entry entry) {
    return Obj.empty()
        .put("name", new Str(entry.spec().name()))
        .put("dtype", new Str(entry.spec().dtype().safetensorsName()))
        .put("shape", Arr.of(entry.spec().shape().dims()))
        .put("sha256", new Str(entry.sha256()));
  }
}
