package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.StageLayers.Pipeline;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The description of a checkpoint: its family, configuration, grid and logical tensors.
 *
 * @param source where it lies, for messages
 * @param naming of its parameters
 * @param table the family's rows in force
 * @param grid the grid it was written for
 * @param files what it consists of
 * @param tensors its logical tensors, in the order of the files
 * @param states what its modules keep besides parameters, of every rank
 * @param stages how its layers lie in rank files
 * @param tie the pair that its configuration ties; empty where there is none
 * @param untied what the configuration said of the pair, where it is described as untied although
 * @param settings of the training, which decide where parameters lie in flat buffers
 */
public record ModelDescription(
    String source,
    ModelFamilyAdapter family,
    ModelConfig config,
    Naming naming,
    ParameterTable table,
    Grid grid,
    SourceFiles files,
    List<LogicalTensor> tensors,
    List<ModuleState> states,
    StageLayers stages,
    Optional<Tie> tie,
    Optional<String> untied,
    Map<String, String> settings) {
  /** The layers of all stacks; 0 where the configuration does not say. */
  public int layers() {
    return stages.layers();
  }

  /**
   * How the layers lie in a pipeline.
   *
   * @param rows that name them
   * @param settings that say how many there are
   */
  public StageLayers stages(ParameterTable rows, ModelConfig settings, Pipeline pipeline) {
    return StageLayers.of(family.stacks(), rows, settings, pipeline);
  }

  /** The same with other tensors. */
  public ModelDescription with(List<LogicalTensor> others) {
    return with(others, settings);
  }

  /** The same of a training with settings. */
  public ModelDescription with(Map<String, String> said) {
    return with(tensors, said);
  }

  private ModelDescription with(List<LogicalTensor> others, Map<String, String> said) {
    return new ModelDescription(
        source, family, config, naming, table, grid, files, others, states, stages, tie, untied,
        said);
  }

  /** Tensors that no row of the family is, and that are copied to every rank; stored names. */
  public List<String> replicated() {
    return tensors.stream()
        .filter(tensor -> !table.rules().contains(tensor.rule()))
        .map(tensor -> tensor.spec().name())
        .toList();
  }
}
