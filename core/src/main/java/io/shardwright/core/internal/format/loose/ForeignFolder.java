package io.shardwright.core.internal.format.loose;

import io.shardwright.core.internal.bytes.FolderEntries;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The folders of other training tools, recognized by the names of their files so that they are
 * refused by name.
 */
public enum ForeignFolder {
  /** DeepSpeed: a file per rank, for the model and for its optimizer. */
  DEEPSPEED(
      "is a checkpoint of DeepSpeed (mp_rank_XX_model_states.pt, zero_pp_rank_…), which is not"
          + " supported: convert it to one file with its zero_to_fp32.py"),
  /** torch.distributed.checkpoint, which FSDP saves its shards with: read by itself alone. */
  DISTRIBUTED(
      "is a distributed checkpoint of PyTorch, as FSDP saves it, which can't be read as a training"
          + " step: open that folder itself"),
  /** NeMo with FSDP: a folder per rank and shard. */
  SHARDS(
      "holds FSDP's shards of a training (…fsdp_shard_XXXXX), which are not supported: save the"
          + " training with a full state dict");

  private static final Pattern DEEPSPEED_FILE =
      Pattern.compile(
          "mp_rank_\\d+_model_states\\.pt|layer_\\d+-model_\\d+-model_states\\.pt"
              + "|(?:bf16_|fp16_)?zero_pp_rank_\\d+_mp_rank_\\d+_(?:optim|model)_states\\.pt");
  private static final Pattern DEEPSPEED_STEP = Pattern.compile("global_step\\d+|checkpoint");
  private static final Pattern SHARD = Pattern.compile("(?:.*_)?fsdp_shard_\\d+");

  private final String what;

  ForeignFolder(String what) {
    this.what = what;
  }

  /** What a folder is: itself, or a step in it, which DeepSpeed may put one folder deeper. */
  public static Optional<ForeignFolder> of(Path folder) {
    return of(folder, 2);
  }

  private static Optional<ForeignFolder> of(Path folder, int deeper) {
    List<Path> entries = FolderEntries.of(folder);
    Optional<ForeignFolder> own = own(entries);
    return own.isPresent() || deeper == 0
        ? own
        : entries.stream()
            .filter(ForeignFolder::mayBeStep)
            .flatMap(step -> of(step, deeper - 1).stream())
            .findFirst();
  }

  private static boolean mayBeStep(Path entry) {
    String name = entry.getFileName().toString();
    return Files.isDirectory(entry)
        && (DEEPSPEED_STEP.matcher(name).matches() || name.endsWith(".ckpt"));
  }

  private static Optional<ForeignFolder> own(List<Path> entries) {
    var names = entries.stream().map(entry -> entry.getFileName().toString()).toList();
    if (names.contains(".metadata") && names.stream().anyMatch(n -> n.endsWith(".distcp"))) {
      return Optional.of(DISTRIBUTED);
    }
    if (names.stream().anyMatch(name -> DEEPSPEED_FILE.matcher(name).matches())) {
      return Optional.of(DEEPSPEED);
    }
    return names.stream().anyMatch(name -> SHARD.matcher(name).matches())
        ? Optional.of(SHARDS)
        : Optional.empty();
  }

  /** What it is, that it is not read and what to do: the rest of a sentence that names it. */
  public String what() {
    return what;
  }

  /** The refusal of one. */
  public UnsupportedCheckpointException refusal(Path folder) {
    String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    return new UnsupportedCheckpointException(ErrorCode.UNSUPPORTED, name, what);
  }
}
