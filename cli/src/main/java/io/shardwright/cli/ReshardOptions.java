package io.shardwright.cli;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What to reshard and how. */
final class ReshardOptions {
  /** What a target is, for the commands that have one. */
  static final String TARGET = "A new file where it ends in .nemo, else a new folder.";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Parameters(
      index = "0",
      paramLabel = "SRC",
      description = "A .nemo file, a folder, or a training's checkpoints.")
  private Path source;

  @Option(
      names = {"--tp", "--tensor-model-parallel-size", "--target-tensor-model-parallel-size"},
      paramLabel = "T",
      description = "Tensor model parallel size; the source's where omitted.")
  private Integer tensor;

  @Option(
      names = {"--pp", "--pipeline-model-parallel-size", "--target-pipeline-model-parallel-size"},
      paramLabel = "P",
      description = "Pipeline model parallel size; the source's where omitted.")
  private Integer pipeline;

  @Option(
      names = {
        "--vp",
        "--virtual-pipeline-model-parallel-size",
        "--target-virtual-pipeline-model-parallel-size"
      },
      paramLabel = "V",
      description = "Virtual pipeline model parallel size; none where omitted.")
  private Integer virtual;

  @Option(
      names = {"--ep", "--expert-model-parallel-size", "--target-expert-model-parallel-size"},
      paramLabel = "E",
      description = "Ranks that share out the experts of a layer; the source's where omitted.")
  private Integer expert;

  @Option(
      names = {"--etp", "--expert-tensor-parallel-size"},
      paramLabel = "N",
      description = "Ranks over which each expert is cut; as many as T where omitted.")
  private Integer expertTensor;

  @Option(
      names = "--naming",
      paramLabel = "keep|mcore|legacy",
      defaultValue = "keep",
      description = "The parameters' names: Megatron-Core's or NeMo's older ones.")
  private NamingChoice naming;

  @Option(
      names = "--layout",
      paramLabel = "keep|ranks|distributed",
      defaultValue = "keep",
      description = "A torch file per rank, or one folder of zarr arrays for any ranks.")
  private LayoutChoice layout;

  @Option(
      names = {"--dtype", "--precision"},
      paramLabel = "keep|fp32|fp16|bf16|fp64",
      defaultValue = "keep",
      description = "The parameters' type.")
  private String dtype;

  @Option(
      names = "--allow-guesses",
      description = "Use rows of a family file that say 'guess: true'.")
  private boolean allowGuesses;

  @Option(names = "--allow-lossy", description = "Allow a cast to lose values; they are counted.")
  private boolean allowLossy;

  @Option(
      names = "--dequantize",
      description = "Turn weights of FP8 blocks or MXFP4 into bf16, or into what --dtype says.")
  private boolean dequantize;

  @Option(
      names = "--lora",
      paramLabel = "ADAPTER",
      description = "Merge a LoRA: a .nemo of NeMo's PEFT, or a folder of Hugging Face's peft.")
  private Path lora;

  @Option(
      names = "--vocab-size",
      paramLabel = "N",
      description = "The true vocabulary size, before padding, where the file does not tell.")
  private Long vocabSize;

  @Option(
      names = "--unmatched",
      paramLabel = "refuse|replicate",
      defaultValue = "refuse",
      description = "What to do with a tensor that no rule matches.")
  private Unmatched unmatched;

  @Option(
      names = "--untie",
      description =
          "Write embedding and output layer both where the configuration ties them to one tensor.")
  private boolean untie;

  @Option(
      names = "--skip-unreadable",
      description =
          "Leave out tensors that are sparse, quantized, nested, without values or inside objects.")
  private boolean skipUnreadable;

  @Mixin private SplitOptions split = new SplitOptions();

  @Mixin private DistributedOptions distributed = new DistributedOptions();

  @Mixin private TrainingSourceOptions training = new TrainingSourceOptions();

  /** What to do with a tensor that no rule matches. */
  enum Unmatched {
    refuse,
    replicate
  }

  /** How parameters are to be named. */
  enum NamingChoice {
    keep,
    mcore,
    legacy
  }

  /** How weights are to be kept. */
  enum LayoutChoice {
    keep,
    ranks,
    distributed
  }

  Path source() {
    return source;
  }

  ReshardRequestBuilder builder(Path target) {
    var request =
        ReshardRequest.builder(source, target)
            .replicateUnmatched(unmatched == Unmatched.replicate)
            .untie(untie)
            .allowGuesses(allowGuesses)
            .allowLossy(allowLossy)
            .dequantize(dequantize)
            .skipUnreadable(skipUnreadable)
            .training(training.options());
    if (tensor != null) {
      request.tensorModelParallelSize(positive(tensor, "--tp"));
    }
    if (pipeline != null) {
      request.pipelineModelParallelSize(positive(pipeline, "--pp"));
    }
    if (virtual != null) {
      request.virtualPipelineModelParallelSize(positive(virtual, "--vp"));
    }
    split.in(request);
    distributed.in(request);
    if (expert != null) {
      request.expertModelParallelSize(positive(expert, "--ep"));
    }
    if (expertTensor != null) {
      request.expertTensorParallelSize(positive(expertTensor, "--etp"));
    }
    if (naming != NamingChoice.keep) {
      request.naming(Naming.valueOf(naming.name().toUpperCase(Locale.ROOT)));
    }
    if (layout != LayoutChoice.keep) {
      request.layout(WeightLayout.valueOf(layout.name().toUpperCase(Locale.ROOT)));
    }
    Precision.of(dtype, command).ifPresent(request::dtype);
    if (lora != null) {
      request.lora(lora);
    }
    if (vocabSize != null) {
      request.vocabSize(atLeast(1, vocabSize, "--vocab-size", command));
    }
    return request;
  }

  private int positive(int size, String option) {
    return positive(size, option, command);
  }

  static int positive(int size, String option, CommandSpec command) {
    if (size < 1 || size > ReshardRequest.LARGEST_SIZE) {
      throw new ParameterException(
          command.commandLine(),
          option + " is " + size + ", expected 1 to " + ReshardRequest.LARGEST_SIZE);
    }
    return size;
  }

  static long atLeast(long least, long number, String option, CommandSpec command) {
    if (number < least) {
      throw new ParameterException(
          command.commandLine(), option + " is " + number + ", expected at least " + least);
    }
    return number;
  }
}
