package io.shardwright.cli;

import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.TrainingOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** NeMo's own command line for the same job. */
@Command(
    name = "megatron_change_num_partitions",
    addMethodSubcommands = false,
    description = "Change model parallelism with the flags of NeMo's script of that name.")
final class ChangeNumPartitionsCommand extends WritingCommand {
  @Mixin private NemoFlags flags = new NemoFlags();

  @Option(names = "--model-file", paramLabel = "FILE", description = "The source.")
  private Path modelFile;

  @Option(names = "--model-extracted-dir", paramLabel = "DIR", description = "An unpacked source.")
  private Path extracted;

  @Option(
      names = "--target-file",
      paramLabel = "FILE",
      required = true,
      description = "The target.")
  private Path target;

  @Option(
      names = "--tensor-model-parallel-size",
      defaultValue = "-1",
      description = "The source's size; -1 reads it from its configuration.")
  private int tensor;

  @Option(
      names = "--pipeline-model-parallel-size",
      defaultValue = "-1",
      description = "The source's size; -1 reads it from its configuration.")
  private int pipeline;

  @Option(
      names = {"--target-tensor-model-parallel-size", "--tp"},
      description = "The target's size (default: the source's).")
  private Integer targetTensor;

  @Option(
      names = {"--target-pipeline-model-parallel-size", "--pp"},
      description = "The target's size (default: the source's).")
  private Integer targetPipeline;

  @Option(names = "--tp-conversion-only", description = "Refuse pipeline sizes other than 1.")
  private boolean tensorOnly;

  @Option(names = "--model-class", description = "Ignored: the configuration names it.")
  private String modelClass;

  @Option(names = "--num-gpu-per-node", description = "Ignored: no GPU is used.")
  private Integer gpus;

  @Option(names = "--megatron-legacy", description = "Ignored: the configuration says it.")
  private boolean legacy;

  @Option(
      names = {"--target-pipeline-model-parallel-split-rank", "--pp-split-rank"},
      description = "T5: the stage where the target's decoder begins (0 or default: chosen).")
  private Integer splitRank;

  @Option(
      names = "--tokenizer-model-path",
      description = "File for the configuration's tokenizer.model (default: the archive's).")
  private Path tokenizerModel;

  @Option(
      names = "--tokenizer-vocab-file",
      description = "File for tokenizer.vocab_file (default: the archive's).")
  private Path tokenizerVocabulary;

  @Option(
      names = "--virtual-pipeline-model-parallel-size",
      description = "Ignored: the source's size is read from its files; the target has none.")
  private Integer virtual;

  @Option(
      names = "--ckpt-name",
      paramLabel = "NAME",
      description = "The checkpoint of a training to read from --model-extracted-dir.")
  private String checkpointName;

  @Option(
      names = "--hparams-file",
      paramLabel = "FILE",
      description = "The configuration of a training's checkpoint.")
  private Path hparams;

  @Override
  public Integer call() {
    Path source = extracted != null ? extracted : modelFile;
    if (source == null) {
      throw flags.usage("Missing required option: '--model-file=FILE'");
    }
    if (tensorOnly) {
      requireOneStage(source);
    }
    return write(request(source));
  }

  private void requireOneStage(Path source) {
    if (splitRank != null && splitRank != 0) {
      throw flags.usage("--tp-conversion-only needs a split rank of 0");
    }
    if (pipeline > 1 || targetPipeline != null && targetPipeline != 1) {
      throw flags.usage("--tp-conversion-only needs pipeline sizes of 1");
    }
    try (var checkpoint = shardwright().open(source)) {
      int stages = checkpoint.summary().grid().pipeline();
      if (stages > 1) {
        throw flags.usage(
            "--tp-conversion-only needs a pipeline size of 1; the source has " + stages);
      }
    }
  }

  private ReshardRequestBuilder request(Path source) {
    var request =
        flags
            .request(source, target, TargetFormat.NEMO)
            .claimedSizes(
                claimed(tensor, "--tensor-model-parallel-size"),
                claimed(pipeline, "--pipeline-model-parallel-size"))
            .training(training());
    if (targetTensor != null) {
      request.tensorModelParallelSize(
          flags.positive(targetTensor, "--target-tensor-model-parallel-size"));
    }
    if (targetPipeline != null) {
      request.pipelineModelParallelSize(
          flags.positive(targetPipeline, "--target-pipeline-model-parallel-size"));
    }
    if (splitRank != null && splitRank != 0) {
      request.pipelineSplitRank(
          flags.positive(splitRank, "--target-pipeline-model-parallel-split-rank"));
    }
    return request;
  }

  private TrainingOptions training() {
    return new TrainingOptions(
        Optional.ofNullable(checkpointName),
        OptionalLong.empty(),
        Optional.ofNullable(hparams),
        Optional.ofNullable(tokenizerModel),
        Optional.ofNullable(tokenizerVocabulary),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false);
  }

  /** NeMo's -1 stands for what the configuration says. */
  private int claimed(int size, String option) {
    return size < 0 ? size : flags.positive(size, option);
  }
}
