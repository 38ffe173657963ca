package io.shardwright.testkit;

import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.LayerSet;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.SupportedParallelism;
import java.util.List;

/** A small family with experts, which its older naming stores in one of the known forms. */
final class MixtureAdapter extends TinyAdapter {
  /** How the experts of a layer are stored. */
  enum Form {
    /** Each expert has tensors of its own, in a module of its own. */
    SEQUENTIAL,
    /** Each expert has tensors of its own, in one module of all. */
    GROUPED,
    /** All experts have one tensor, whose axis 0 counts them. */
    STACKED,
    /** The same, transposed. */
    TRANSPOSED,
    /** As in modules of their own, in all layers but the first ones, which are dense. */
    AFTER_DENSE
  }

  private static final String COUNT = "num_moe_experts";
  private static final String LAYER = "encoder.layers.*.";
  private static final String EXPERT = LAYER + "mlp.experts.local_experts.*.";
  private static final String IN = EXPERT + "linear_fc1.weight";
  private static final String BIAS = EXPERT + "linear_fc1.bias";
  private static final String OUT = EXPERT + "linear_fc2.weight";

  private final Form form;

  MixtureAdapter(Form form) {
    this.form = form;
  }

  @Override
  public SupportedParallelism parallelism() {
    return SupportedParallelism.of(ParallelDimension.values());
  }

  @Override
  protected ParameterTable mcore() {
    var experts = ParameterTable.of(column(IN, 2), column(BIAS), row(OUT));
    return form == Form.AFTER_DENSE ? afterDense(experts) : rows(experts);
  }

  private static ParameterTable afterDense(ParameterTable experts) {
    var dense = LayerSet.first("dense");
    var later = experts.rules().stream().map(row -> row.onLayers(dense.others())).toList();
    return rows(new ParameterTable(later))
        .and(
            ParameterTable.of(
                column(LAYER + "mlp.linear_fc1.weight", 2).onLayers(dense),
                row(LAYER + "mlp.linear_fc2.weight").onLayers(dense)));
  }

  @Override
  protected ParameterTable legacy() {
    String own = LAYER + "mlp.experts.";
    return switch (form) {
      case SEQUENTIAL, AFTER_DENSE -> mcore();
      case GROUPED ->
          rows(
              ParameterTable.of(
                  column(own + "linear_fc1.weight*", 2).of(IN),
                  column(own + "linear_fc1.bias*").of(BIAS),
                  row(own + "linear_fc2.weight*").of(OUT)));
      case STACKED ->
          rows(
              ParameterTable.of(
                  column(own + "gate_up_proj", 2).of(IN),
                  column(own + "gate_up_bias").of(BIAS),
                  row(own + "down_proj").of(OUT)));
      case TRANSPOSED ->
          rows(
              ParameterTable.of(
                  column(own + "gate_up_proj", 2).of(IN).stored(new int[] {2}, new int[] {0, 1}),
                  column(own + "gate_up_bias").of(BIAS),
                  row(own + "down_proj").of(OUT).stored(new int[] {1}, new int[] {0})));
    };
  }

  private static ParameterTable rows(ParameterTable experts) {
    var each = experts.rules().stream().map(row -> row.perExpert(COUNT)).toList();
    return common().and(new ParameterTable(each));
  }

  private static ParameterTable common() {
    return ParameterTable.of(
        column("words.weight").on(FIRST).vocabPaddedRows(),
        column(LAYER + "linear_qkv.weight").groupedQkv(),
        row(LAYER + "linear_proj.weight").cutBetween("num_attention_heads"),
        replicated(LAYER + "router.weight").sized(COUNT, "hidden_size"),
        replicated("final_norm.weight").on(LAST));
  }

  @Override
  public List<HuggingFaceModel> huggingFaceModels() {
    return List.of();
  }
}
