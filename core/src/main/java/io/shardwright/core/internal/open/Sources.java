package io.shardwright.core.internal.open;

import io.shardwright.core.TrainingOptions;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.Opening;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Opens the checkpoint at a path, whose format is recognized by its contents.
 *
 * @param given where adapters were looked for besides the class path
 */
public record Sources(AdapterRegistry registry, Formats formats, ReadPolicy policy, Given given) {
  /**
   * Where adapters were looked for besides the class path.
   *
   * @param adapterPaths jars and folders of jars
   * @param familyFiles families in YAML
   * @param family the id of the one that is used for every checkpoint
   */
  public record Given(List<Path> adapterPaths, List<Path> familyFiles, Optional<String> family) {
    /** Nowhere. */
    public static final Given NONE = new Given(List.of(), List.of(), Optional.empty());

    /** Copies the lists. */
    public Given {
      adapterPaths = List.copyOf(adapterPaths);
      familyFiles = List.copyOf(familyFiles);
    }

    /** All paths. */
    public List<Path> paths() {
      return Stream.concat(adapterPaths.stream(), familyFiles.stream()).toList();
    }
  }

  /** With the formats that the registry found. */
  public Sources(AdapterRegistry registry, ReadPolicy policy, Given given) {
    this(registry, Formats.of(registry, policy), policy, given);
  }

  private Opening opening(Path spoolFolder, TrainingOptions options, boolean state) {
    return new Opening(registry, new Guard(policy), spoolFolder, options, state);
  }

  /**
   * Opens a checkpoint to make another of it.
   *
   * @param state whether a training's optimizer is wanted
   */
  public ModelSource open(Place place, Path spoolFolder, TrainingOptions options, boolean state) {
    return formats.of(place).open(place, opening(spoolFolder, options, state));
  }

  /** The same, of a path that nobody has looked at. */
  public ModelSource open(Path path, Path spoolFolder, TrainingOptions options, boolean state) {
    return open(new Place(path), spoolFolder, options, state);
  }

  /**
   * Opens an adapter to merge it: a NeMo archive or folder, or a folder of peft.
   *
   * @param spoolFolder where a compressed archive may be unpacked to
   */
  public ModelSource openAdapter(Path path, Path spoolFolder) {
    var place = new Place(path);
    return formats
        .ofAdapter(place)
        .open(place, opening(spoolFolder, TrainingOptions.NEWEST, false));
  }

  /** The same, with one family for every checkpoint. */
  public Sources choosing(String family) {
    return new Sources(registry.choosing(family), policy, given);
  }

  /**
   * Opens a checkpoint to look at it, or to write its tensors as they are: what no family or
   * configuration is known of is a collection of tensors.
   */
  public ModelSource look(Place place, Path spoolFolder, TrainingOptions options, boolean state) {
    try {
      return open(place, spoolFolder, options, state);
    } catch (UnrecognizedCheckpointException unclaimed) {
      return loose(place, unclaimed);
    } catch (UnsupportedCheckpointException unread) {
      return looseOr(place, unread);
    }
  }

  /** What a format says of what it does not read is said where there are no tensors either. */
  private ModelSource looseOr(Place place, UnsupportedCheckpointException unread) {
    try {
      return loose(place, unread);
    } catch (UnrecognizedCheckpointException nothing) {
      throw unread;
    }
  }

  /** The tensors alone of what can't be read for its meaning. */
  ModelSource loose(Place place, CheckpointException unclaimed) {
    return formats.loose(place, opening(place.path(), TrainingOptions.NEWEST, false), unclaimed);
  }
}
