package io.shardwright.cli;

import io.shardwright.core.Manifest;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Map;

/** Sums of tensors as a person or a script wants to see them. */
record ManifestView(Manifest manifest) {

  /** SHA-256, type, shape and name between tabs. */
  static String line(TensorSpec spec, String sha256) {
    return String.join(
        "\t",
        sha256,
        spec.dtype().safetensorsName(),
        spec.shape().toString(),
        Screen.safe(spec.name()));
  }

  List<String> lines() {
    return manifest.tensors().stream().map(entry -> line(entry.spec(), entry.sha256())).toList();
  }

  List<String> notes() {
    return manifest.vocabularyKnown()
        ? List.of()
        : List.of(
            "the true vocabulary size is unknown: the sums of vocabulary tensors include all rows");
  }

  Map<String, Object> fields() {
    return Fields.of("family", manifest.family())
        .and("vocabulary_known", manifest.vocabularyKnown())
        .and("tensors", manifest.tensors().stream().map(ManifestView::entry).toList())
        .map();
  }

  private static Map<String, Object> entry(Manifest.Entry entry) {
    return Fields.of("name", entry.spec().name())
        .and("dtype", entry.spec().dtype().torchName())
        .and("shape", entry.spec().shape().dims())
        .and("sha256", entry.sha256())
        .map();
  }
}
