package io.shardwright.cli;

import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** NeMo's own command line for turning a training's checkpoint into a {@code .nemo}. */
@Command(
    name = "convert_ckpt_to_nemo",
    addMethodSubcommands = false,
    aliases = "megatron_ckpt_to_nemo",
    description = "Turn a training's .ckpt into a .nemo with the flags of NeMo's script.")
final class CkptToNemoCommand extends WritingCommand {
  private static final Map<String, String> FAMILIES =
      Map.of(
          "vit_classification", "vit",
          "megatron_clip", "clip",
          "bert", "bert",
          "t5", "t5",
          "bart", "t5",
          "gpt", "",
          "sft", "");

  /** What else the scripts of NeMo 1.23 take. */
  private static final Set<String> UNREAD =
      Set.of(
          "nmt",
          "retro",
          "neva",
          "kosmos",
          "stable_diffusion",
          "instruct_pix2pix",
          "dreambooth",
          "imagen",
          "controlnet");

  private static final String SFT =
      "nemo.collections.nlp.models.language_modeling.megatron_gpt_sft_model.MegatronGPTSFTModel";

  @Mixin private NemoFlags flags = new NemoFlags();

  @Mixin private TrainingFileOptions files = new TrainingFileOptions();

  @Option(
      names = "--checkpoint-folder",
      paramLabel = "DIR",
      required = true,
      description = "The folder of the training's checkpoints.")
  private Path folder;

  @Option(
      names = "--nemo-file-path",
      paramLabel = "FILE",
      required = true,
      description = "The target.")
  private Path target;

  @Option(
      names = "--tensor-model-parallel-size",
      description = "The target's size (default: the source's).")
  private Integer tensor;

  @Option(
      names = "--pipeline-model-parallel-size",
      description = "The target's size (default: the source's).")
  private Integer pipeline;

  @Option(
      names = {"--pipeline-model-parallel-split-rank", "--pp-split-rank"},
      description = "T5: the stage where the target's decoder begins (0 or default: chosen).")
  private Integer splitRank;

  @Option(
      names = "--model-type",
      paramLabel = "TYPE",
      description =
          "gpt, sft, bert, t5, bart, vit_classification or megatron_clip (default: read from the"
              + " configuration).")
  private String modelType;

  @Option(names = "--gpus-per-node", description = "Ignored: no GPU is used.")
  private Integer gpus;

  @Option(names = "--local-rank", description = "Ignored: there is one process.")
  private Integer localRank;

  @Option(names = "--bcp", description = "Ignored: there is one process.")
  private boolean bcp;

  @Option(names = "--no-pack-nemo-file", description = "Write a folder in place of an archive.")
  private boolean noPack;

  @Override
  public Integer call() {
    return write(request());
  }

  private ReshardRequestBuilder request() {
    var sft = Optional.of(SFT).filter(name -> "sft".equals(modelType));
    var request =
        flags
            .request(folder, target(), TargetFormat.NEMO)
            .training(files.options(OptionalLong.empty(), sft, false));
    if (tensor != null) {
      request.tensorModelParallelSize(flags.positive(tensor, "--tensor-model-parallel-size"));
    }
    if (pipeline != null) {
      request.pipelineModelParallelSize(flags.positive(pipeline, "--pipeline-model-parallel-size"));
    }
    if (splitRank != null && splitRank != 0) {
      request.pipelineSplitRank(flags.positive(splitRank, "--pipeline-model-parallel-split-rank"));
    }
    family().ifPresent(request::family);
    return request;
  }

  /** The script that has this flag writes the archive's members beside its name. */
  private Path target() {
    String file = target.toString();
    return noPack && file.endsWith(".nemo")
        ? Path.of(file.substring(0, file.length() - ".nemo".length()))
        : target;
  }

  private Optional<String> family() {
    if (modelType == null) {
      return Optional.empty();
    }
    if (UNREAD.contains(modelType)) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          folder.toString(),
          flags().named("--model-type")
              + " '"
              + modelType
              + "' is not a supported model type; 'adapters' lists the families");
    }
    String family = FAMILIES.get(modelType);
    if (family == null) {
      throw flags.usage(
          "--model-type is '"
              + modelType
              + "', expected gpt, sft, bert, t5, bart, vit_classification or megatron_clip");
    }
    return Optional.of(family).filter(id -> !id.isEmpty());
  }
}
