package io.shardwright.adapters.megatron;

import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** An iteration's folder, told by the names of its files and a small document. */
final class Iteration {
  /** Says of which kind the checkpoint is; Megatron-Core writes it last. */
  static final String KIND = "metadata.json";

  /** What the folder of a model without iterations is called. */
  static final String RELEASE = "release";

  private static final String METADATA = ".metadata";
  private static final String ITEMS = ".distcp";

  /** Megatron's own files, which PyTorch alone doesn't write. */
  private static final Set<String> OWN =
      Set.of(IterationSide.COMMON, IterationSide.RUN_CONFIG, "train_state.pt");

  private static final Pattern NAME = Pattern.compile("iter_([0-9]{7,12})");

  private Iteration() {}

  /** Whether a folder is one, finished or not. */
  static boolean is(StoredFiles folder) {
    return isDistributed(folder) || isOfRanks(folder);
  }

  /** Whether its ranks have a file each. */
  static boolean isOfRanks(StoredFiles folder) {
    return !isDistributed(folder) && RankFolders.isIn(folder);
  }

  private static boolean isDistributed(StoredFiles folder) {
    var names = folder.files();
    boolean items = names.stream().anyMatch(name -> name.endsWith(ITEMS));
    if (!items && !names.contains(METADATA)) {
      return false;
    }
    String own = own(folder.name());
    return names.contains(KIND)
        ? backend(folder).filter("torch_dist"::equals).isPresent()
        : (isName(own) || names.stream().anyMatch(OWN::contains)) && !isPlain(folder);
  }

  /** Whether its tensors are arrays of zarr. */
  static boolean isOfArrays(StoredFiles folder) {
    return folder.files().contains(KIND) && backend(folder).filter("zarr"::equals).isPresent();
  }

  /** Whether it has what PyTorch alone writes, and nothing that says of which kind it is. */
  static boolean hasMetadataAlone(StoredFiles folder) {
    return folder.files().contains(METADATA) && !folder.files().contains(KIND);
  }

  /**
   * Whether it is finished although nothing says of which kind it is: Megatron's {@code torch_dcp}
   * has no objects of ranks, which {@code torch_dist} always has.
   */
  static boolean isPlain(StoredFiles folder) {
    if (!hasMetadataAlone(folder) || folder.files().contains(IterationSide.COMMON)) {
      return false;
    }
    try {
      return folder.distributed().objects().stream().noneMatch(key -> key.contains("/shard_"));
    } catch (CheckpointException unread) {
      return false;
    }
  }

  /** Whether it says what the model is as Megatron-Bridge does. */
  static boolean isOfBridge(StoredFiles folder) {
    return folder.files().contains(IterationSide.RUN_CONFIG);
  }

  private static Optional<String> backend(StoredFiles folder) {
    try {
      return folder.json(KIND).get("sharded_backend").flatMap(value -> value.asText());
    } catch (CheckpointException unread) {
      return Optional.empty();
    }
  }

  /** Whether it is what Megatron calls the folder of an iteration. */
  static boolean isName(String folder) {
    return folder.equals(RELEASE) || NAME.matcher(folder).matches();
  }

  /** The last part of a folder's name. */
  static String own(String folder) {
    return folder.substring(folder.lastIndexOf('/') + 1);
  }

  /** What an iteration's folder is called. */
  static String folder(long number) {
    return String.format(Locale.ROOT, "iter_%07d", number);
  }

  /** The number in the name of a folder. */
  static OptionalLong number(String folder) {
    var name = NAME.matcher(folder);
    return name.matches() ? OptionalLong.of(Long.parseLong(name.group(1))) : OptionalLong.empty();
  }

  /** Reads it, with notes on how it was chosen. */
  static StoredModel read(StoredFiles folder, KnownModels models, List<String> notes) {
    if (isPlain(folder)) {
      return new DcpReading(folder, models).read(notes);
    }
    return isOfRanks(folder)
        ? new RankReading(folder, models).read(notes)
        : new IterationReading(folder, models).read(notes);
  }

  /** Whether its saving came to its end. */
  static boolean isFinished(StoredFiles folder) {
    return isOfRanks(folder) || folder.files().contains(KIND) && folder.files().contains(METADATA);
  }

  /**
   * The folder itself.
   *
   * @throws MalformedCheckpointException if its saving did not come to its end
   */
  static StoredFiles whole(StoredFiles folder) {
    if (!isFinished(folder)) {
      String missing = folder.files().contains(METADATA) ? KIND : METADATA;
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MISSING,
          folder.name(),
          "lacks "
              + missing
              + ", so the save did not finish: use an earlier iteration, or save it again");
    }
    return folder;
  }
}
