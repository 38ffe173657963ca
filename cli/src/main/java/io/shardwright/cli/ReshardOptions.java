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
  static final String TARGET = "A new file if it ends in .nemo, else a new folder.";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "SRC",
      description = "A checkpoint, or a folder of checkpoints of a training.")
  private Path source;

  @Option(
      names = {"--tp", "--tensor-model-parallel-size", "--target-tensor-model-parallel-size"},
      paramLabel = "T",
      description = "Tensor parallel size (default: the source's).")
  private Integer tensor;

  @Option(
      names = {"--pp", "--pipeline-model-parallel-size", "--target-pipeline-model-parallel-size"},
      paramLabel = "P",
      description = "Pipeline parallel size (default: the source's).")
  private Integer pipeline;

  @Option(
      names = {
        "--vp",
        "--virtual-pipeline-model-parallel-size",
        "--target-virtual-pipeline-model-parallel-size"
      },
      paramLabel = "V",
      description = "Virtual pipeline parallel size (default: none).")
  private Integer virtual;

  @Option(
      names = {"--ep", "--expert-model-parallel-size", "--target-expert-model-parallel-size"},
      paramLabel = "E",
      description = {
        "Expert parallel size (default: the source's).",
        "Ranks that share the experts of a layer."
      })
  private Integer expert;

  @Option(
      names = {"--etp", "--expert-tensor-parallel-size"},
      paramLabel = "N",
      description = {
        "Expert tensor parallel size (default: T).",
        "Ranks over which each expert is cut."
      })
  private Integer expertTensor;

  @Option(
      names = "--naming",
      paramLabel = "NAMING",
      defaultValue = "keep",
      description = "Parameter names: keep (default), mcore or legacy.")
  private NamingChoice naming;

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      defaultValue = "keep",
      description = {
        "keep (default), ranks or distributed.",
        "ranks: one torch file per rank; distributed: one folder of zarr arrays."
      })
  private LayoutChoice layout;

  @Option(
      names = {"--dtype", "--precision"},
      paramLabel = "DTYPE",
      defaultValue = "keep",
      description = "keep (default), fp32, fp16, bf16 or fp64.")
  private String dtype;

  @Option(
      names = "--allow-guesses",
      description = "Use rows of a family file marked 'guess: true'.")
  private boolean allowGuesses;

  @Option(names = "--allow-lossy", description = "Allow a cast to lose values; they are counted.")
  private boolean allowLossy;

  @Option(names = "--dequantize", description = "Read FP8 blocks and MXFP4 as bf16, or as --dtype.")
  private boolean dequantize;

  @Option(
      names = "--lora",
      paramLabel = "ADAPTER",
      description = "Merge a LoRA of NeMo (.nemo) or peft (folder).")
  private Path lora;

  @Option(
      names = "--vocab-size",
      paramLabel = "N",
      description = "True vocabulary size, if the file does not state it.")
  private Long vocabSize;

  @Option(
      names = "--unmatched",
      paramLabel = "ACTION",
      defaultValue = "refuse",
      description = "Unmatched tensors: refuse (default) or replicate.")
  private Unmatched unmatched;

  @Option(names = "--untie", description = "Write tied embedding and output layer as two.")
  private boolean untie;

  @Option(
      names = "--skip-unreadable",
      description = {
        "Leave out tensors that cannot be read.",
        "These are sparse, quantized or nested tensors, tensors without values and tensors inside"
            + " Python objects."
      })
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
    return required(source, "'SRC'");
  }

  /** A target that is given beside the source. */
  Path required(Path target) {
    return source == null ? source() : required(target, "'DST'");
  }

  private Path required(Path given, String label) {
    if (given == null) {
      throw new ParameterException(command.commandLine(), "Missing required parameter: " + label);
    }
    return given;
  }

  ReshardRequestBuilder builder(Path target) {
    var request =
        ReshardRequest.builder(source(), target)
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
    Precision.of(dtype, "--dtype", command).ifPresent(request::dtype);
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
