package io.shardwright.cli;

import io.shardwright.core.Checkpoint;
import io.shardwright.core.CheckpointSummary;
import io.shardwright.core.PickleImport;
import io.shardwright.core.StoredTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A checkpoint as a script wants to see it. */
final class CheckpointFields {
  private final Checkpoint checkpoint;
  private final CheckpointSummary summary;
  private final Flags flags;

  CheckpointFields(Checkpoint checkpoint, Flags flags) {
    this.checkpoint = checkpoint;
    this.summary = checkpoint.summary();
    this.flags = flags;
  }

  static long parameters(CheckpointSummary summary) {
    return summary.parameters().values().stream().mapToLong(Long::longValue).sum();
  }

  Fields all() {
    Map<String, Long> byType = new LinkedHashMap<>();
    summary.parameters().forEach((dtype, count) -> byType.put(dtype.torchName(), count));
    var outline = checkpoint.outline();
    return Fields.of("path", summary.path())
        .and("format", summary.format())
        .and("family", summary.family())
        .and("target", summary.target())
        .and("nemo_version", summary.nemoVersion())
        .and("tensor_model_parallel_size", summary.grid().tensor())
        .and("pipeline_model_parallel_size", summary.grid().pipeline())
        .and("virtual_pipeline_model_parallel_size", OutlineFields.virtual(summary.grid()))
        .and("expert_model_parallel_size", summary.grid().expert())
        .and("expert_tensor_parallel_size", summary.grid().expertTensor())
        .and("naming", summary.naming().map(OutlineFields::word))
        .and("layout", summary.layout().map(OutlineFields::word))
        .and("parameters", parameters(summary))
        .and("parameters_by_dtype", byType)
        .and("stored_tensors", summary.storedTensors())
        .and("weight_bytes", summary.weightBytes())
        .and("file_bytes", summary.fileBytes())
        .and("config_summary", outline.facts())
        .and("optimizer", outline.optimizer().map(OutlineFields::optimizer))
        .and("tokenizer", outline.tokenizer().map(OutlineFields::tokenizer))
        .and("grid", outline.grid().map(OutlineFields::grid))
        .and("members", outline.members().stream().map(OutlineFields::member).toList())
        .and(
            "artifacts",
            summary.artifacts().stream()
                .map(a -> Fields.of("name", a.name()).and("bytes", a.size()).map())
                .toList())
        .and("unreadable_tensors", unreadable(summary))
        .and("notes", summary.notes(flags));
  }

  static List<Map<String, Object>> unreadable(CheckpointSummary summary) {
    return summary.unreadable().stream()
        .map(
            tensor ->
                Fields.of("file", tensor.file())
                    .and("name", tensor.name())
                    .and("kind", tensor.kind())
                    .map())
        .toList();
  }

  List<Object> tensors() {
    return checkpoint.tensors().stream().<Object>map(CheckpointFields::tensor).toList();
  }

  private static Map<String, Object> tensor(StoredTensor tensor) {
    return Fields.of("file", tensor.file())
        .and("tensor_rank", tensor.rank().map(rank -> rank.tensor()))
        .and("pipeline_rank", tensor.rank().map(rank -> rank.pipeline()))
        .and("expert_rank", tensor.rank().map(rank -> rank.expert()))
        .and("name", tensor.spec().name())
        .and("dtype", tensor.spec().dtype().torchName())
        .and("shape", tensor.spec().shape().dims())
        .and("bytes", tensor.spec().byteSize())
        .map();
  }

  List<Map<String, Object>> logical() {
    return checkpoint.outline().tensors().stream().map(OutlineFields::tensor).toList();
  }

  List<Object> imports() {
    return checkpoint.pickleImports().stream()
        .<Object>map(
            found ->
                Fields.of("file", found.file())
                    .and("name", found.name())
                    .and("meaning", OutlineFields.word(found.meaning()))
                    .and("effect", found.effect())
                    .and("calls", found.calls())
                    .map())
        .toList();
  }

  static String meaning(PickleImport found) {
    return OutlineFields.word(found.meaning());
  }
}
