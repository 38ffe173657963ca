package io.shardwright.cli;

import io.shardwright.core.outline.CutTensor;
import io.shardwright.core.outline.LayerRange;
import io.shardwright.core.outline.LoraMerge;
import io.shardwright.core.outline.Member;
import io.shardwright.core.outline.Needs;
import io.shardwright.core.outline.OptimizerOutline;
import io.shardwright.core.outline.PlanOutline;
import io.shardwright.core.outline.RankGrid;
import io.shardwright.core.outline.RankShare;
import io.shardwright.core.outline.Side;
import io.shardwright.core.outline.Tokenizer;
import io.shardwright.core.outline.WeightMerge;
import io.shardwright.spi.Grid;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Outlines as a script wants to see them. */
final class OutlineFields {
  private OutlineFields() {}

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  static Map<String, Object> grid(RankGrid grid) {
    return Fields.of("tensor_model_parallel_size", grid.size().tensor())
        .and("pipeline_model_parallel_size", grid.size().pipeline())
        .and("expert_model_parallel_size", grid.size().expert())
        .and("expert_tensor_parallel_size", grid.size().expertTensor())
        .and("ranks", grid.ranks().stream().map(OutlineFields::share).toList())
        .map();
  }

  private static Map<String, Object> share(RankShare share) {
    var stacks = share.layers().stream().map(LayerRange::stack).toList();
    var fields =
        Fields.of("tensor_rank", share.rank().tensor())
            .and("pipeline_rank", share.rank().pipeline())
            .and("expert_rank", share.rank().expert())
            .and("layers", share.layers().stream().map(OutlineFields::range).toList());
    if (stacks.stream().anyMatch(stack -> !stack.isEmpty())) {
      fields.and("stacks", stacks);
    }
    return fields
        .and("tensors", share.tensors())
        .and("bytes", share.bytes())
        .and("optimizer_bytes", share.optimizer())
        .map();
  }

  private static List<Integer> range(LayerRange range) {
    return List.of(range.first(), range.last());
  }

  static Map<String, Object> member(Member member) {
    return Fields.of("name", member.name()).and("bytes", member.bytes()).map();
  }

  static Map<String, Object> tokenizer(Tokenizer tokenizer) {
    return Fields.of("library", tokenizer.library())
        .and("type", tokenizer.type())
        .and("pieces", tokenizer.pieces())
        .and(
            "files",
            tokenizer.files().stream()
                .map(
                    file ->
                        Fields.of("key", file.key())
                            .and("name", file.name())
                            .and("bytes", file.bytes())
                            .map())
                .toList())
        .map();
  }

  static Map<String, Object> optimizer(OptimizerOutline optimizer) {
    return Fields.of("kind", optimizer.kind())
        .and("step", optimizer.step())
        .and("consumed_samples", optimizer.consumedSamples())
        .and("states", optimizer.states())
        .and("bytes", optimizer.bytes())
        .map();
  }

  static Map<String, Object> tensor(CutTensor tensor) {
    return Fields.of("name", tensor.name())
        .and("dtype", tensor.dtype().torchName())
        .and("shape", tensor.shape().dims())
        .and("shard_shape", tensor.shard().dims())
        .and("cut", word(tensor.cut()))
        .and("partition_stride", tensor.parts())
        .map();
  }

  /** Everything of a plan's outline but its pictures. */
  static Fields plan(PlanOutline outline) {
    return Fields.of("family", outline.family())
        .and("before", side(outline.before()))
        .and("after", side(outline.after()))
        .and("tensors", outline.tensors())
        .and("tensors_cut", outline.cut())
        .and("values", outline.values())
        .and(
            "config_edits",
            outline.edits().stream()
                .map(e -> Fields.of("key", e.key()).and("from", e.from()).and("to", e.to()).map())
                .toList())
        .and(
            "padding",
            outline.padding().stream()
                .map(
                    p ->
                        Fields.of("tensor", p.tensor())
                            .and("rows_before", p.before())
                            .and("rows_after", p.after())
                            .map())
                .toList())
        .and(
            "casts",
            outline.casts().stream()
                .map(
                    cast ->
                        Fields.of("from", cast.from().torchName())
                            .and("to", cast.to().torchName())
                            .and("tensors", cast.tensors())
                            .and("values", cast.elements())
                            .map())
                .toList())
        .and("lora", outline.lora().map(OutlineFields::lora))
        .and("shifted", outline.shifted())
        .and("computed", outline.computed())
        .and("left_out", outline.leftOut());
  }

  private static Map<String, Object> lora(LoraMerge lora) {
    return Fields.of("adapter", lora.adapter())
        .and("weights", lora.weights())
        .and("products", lora.products())
        .and("values", lora.values())
        .and("merges", lora.merges().stream().map(OutlineFields::merge).toList())
        .map();
  }

  private static Map<String, Object> merge(WeightMerge merge) {
    return Fields.of("weight", merge.weight())
        .and("weights", merge.weights())
        .and("rows", merge.rows())
        .and("rank", merge.rank())
        .and("scale", merge.scale())
        .map();
  }

  private static Map<String, Object> side(Side side) {
    return Fields.of("name", side.name())
        .and("naming", side.naming().map(OutlineFields::word))
        .and("layout", word(side.layout()))
        .and("virtual_pipeline_model_parallel_size", virtual(side.grid()))
        .and("grid", side.ranks().map(OutlineFields::grid))
        .map();
  }

  /** Nothing where the pipeline is not interleaved. */
  static Integer virtual(Grid grid) {
    return grid.virtual() > 1 ? grid.virtual() : null;
  }

  static Map<String, Object> needs(Needs needs) {
    return Fields.of("threads", needs.threads())
        .and("buffer_bytes", needs.bufferBytes())
        .and("device_bytes", needs.deviceBytes())
        .and("disk_bytes", needs.diskBytes())
        .and("disk_free_bytes", needs.diskFreeBytes())
        .map();
  }
}
