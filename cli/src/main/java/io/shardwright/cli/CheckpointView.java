package io.shardwright.cli;

import io.shardwright.core.CheckpointSummary;
import io.shardwright.core.PickleImport;
import io.shardwright.core.StoredTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A checkpoint as a person or a script wants to see it. */
final class CheckpointView {
  private final CheckpointSummary summary;

  CheckpointView(CheckpointSummary summary) {
    this.summary = summary;
  }

  private long parameters() {
    return summary.parameters().values().stream().mapToLong(Long::longValue).sum();
  }

  Fields fields() {
    Map<String, Long> byType = new LinkedHashMap<>();
    summary.parameters().forEach((dtype, count) -> byType.put(dtype.torchName(), count));
    return Fields.of("path", summary.path())
        .and("format", summary.format())
        .and("family", summary.family())
        .and("target", summary.target())
        .and("nemo_version", summary.nemoVersion())
        .and("tensor_model_parallel_size", summary.tensorModelParallelSize())
        .and("pipeline_model_parallel_size", summary.pipelineModelParallelSize())
        .and("naming", summary.naming().map(CheckpointView::word))
        .and("layout", summary.layout().map(CheckpointView::word))
        .and("parameters", parameters())
        .and("parameters_by_dtype", byType)
        .and("stored_tensors", summary.storedTensors())
        .and("weight_bytes", summary.weightBytes())
        .and("file_bytes", summary.fileBytes())
        .and(
            "artifacts",
            summary.artifacts().stream()
                .map(a -> Fields.of("name", a.name()).and("bytes", a.size()).map())
                .toList())
        .and("notes", summary.notes());
  }

  List<String> lines() {
    var lines = new ArrayList<String>();
    line(lines, "file", summary.path() + ", " + Sizes.bytes(summary.fileBytes()));
    line(lines, "format", summary.format());
    line(lines, "family", summary.family().orElse("unknown"));
    line(lines, "target", summary.target().orElse("none"));
    line(lines, "NeMo", summary.nemoVersion().orElse("unknown"));
    line(
        lines,
        "grid",
        "TP " + summary.tensorModelParallelSize() + " x PP " + summary.pipelineModelParallelSize());
    if (summary.naming().isPresent() && summary.layout().isPresent()) {
      String layout = word(summary.layout().get());
      line(lines, "weights as", word(summary.naming().get()) + " naming, " + layout);
    }
    line(lines, "parameters", Sizes.count(parameters()) + types());
    line(
        lines,
        "weights",
        Sizes.count(summary.storedTensors()) + " tensors, " + Sizes.bytes(summary.weightBytes()));
    summary
        .artifacts()
        .forEach(a -> line(lines, "artifact", a.name() + ", " + Sizes.bytes(a.size())));
    return lines;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private String types() {
    return summary.parameters().entrySet().stream()
        .map(entry -> entry.getKey().torchName() + " " + Sizes.count(entry.getValue()))
        .collect(Collectors.joining(", ", " (", ")"));
  }

  private static void line(List<String> lines, String key, String value) {
    lines.add(String.format(Locale.ROOT, "%-11s %s", key, Screen.safe(value)));
  }

  List<Object> tensorFields(List<StoredTensor> tensors) {
    return tensors.stream()
        .<Object>map(
            tensor ->
                Fields.of("file", tensor.file())
                    .and("name", tensor.spec().name())
                    .and("dtype", tensor.spec().dtype().torchName())
                    .and("shape", tensor.spec().shape().dims())
                    .and("bytes", tensor.spec().byteSize())
                    .map())
        .toList();
  }

  List<String> tensorLines(List<StoredTensor> tensors) {
    var lines = new ArrayList<String>();
    String file = "";
    for (StoredTensor tensor : tensors) {
      if (!tensor.file().equals(file)) {
        file = tensor.file();
        lines.add("");
        lines.add(Screen.safe(file));
      }
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-9s %-16s %s",
              tensor.spec().dtype().torchName(),
              tensor.spec().shape(),
              Screen.safe(tensor.spec().name())));
    }
    return lines;
  }

  List<Object> importFields(List<PickleImport> imports) {
    return imports.stream()
        .<Object>map(
            found ->
                Fields.of("file", found.file())
                    .and("name", found.name())
                    .and("meaning", meaning(found))
                    .map())
        .toList();
  }

  List<String> importLines(List<PickleImport> imports) {
    return imports.stream()
        .map(
            found ->
                String.format(
                    Locale.ROOT,
                    "%-10s %s (%s)",
                    meaning(found),
                    Screen.safe(found.name()),
                    Screen.safe(found.file())))
        .toList();
  }

  private static String meaning(PickleImport found) {
    return found.meaning().name().toLowerCase(Locale.ROOT);
  }
}
