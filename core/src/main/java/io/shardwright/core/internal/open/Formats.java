package io.shardwright.core.internal.open;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.format.CheckpointFormat;
import io.shardwright.core.internal.format.FileKind;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.Opening;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.format.directory.HuggingFaceFolder;
import io.shardwright.core.internal.format.directory.PeftFormat;
import io.shardwright.core.internal.format.lightning.LightningFormat;
import io.shardwright.core.internal.format.loose.ForeignFormat;
import io.shardwright.core.internal.format.loose.LooseFormat;
import io.shardwright.core.internal.format.nemo.NemoFormat;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.internal.registry.FoundFormat;
import io.shardwright.core.internal.registry.OwnJar;
import io.shardwright.spi.error.AdapterException;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The formats: the engine's own, and those that were found. The one place that names them. */
public final class Formats {
  private static final CheckpointFormat NEMO = new NemoFormat();
  private static final CheckpointFormat LIGHTNING = new LightningFormat();
  private static final CheckpointFormat PEFT = new PeftFormat();
  private static final LooseFormat LOOSE = new LooseFormat();

  private static final List<CheckpointFormat> OWN =
      List.of(LIGHTNING, PEFT, NEMO, new ForeignFormat(), LOOSE);

  private final List<CheckpointFormat> all;

  private Formats(List<CheckpointFormat> all) {
    this.all = all;
  }

  /** In the order in which a path is tried: what more can be said of comes first. */
  static Formats of(AdapterRegistry registry) {
    var all = new ArrayList<CheckpointFormat>();
    registry.formats().forEach(found -> all.add(new HuggingFaceFolder(found.format())));
    all.addAll(OWN);
    for (FoundFormat found : registry.formats()) {
      if (OWN.stream().anyMatch(own -> own.id().equals(found.id()))) {
        throw new AdapterException(
            ErrorCode.ADAPTER_BROKEN,
            found.origin(),
            "format id '" + found.id() + "' is one of the engine's own: rename it");
      }
    }
    return new Formats(all);
  }

  /** The names of those that are the engine's own. */
  public static List<String> own() {
    return List.of(NEMO.id(), LIGHTNING.id());
  }

  /**
   * The format of a path.
   *
   * @throws io.shardwright.spi.error.UnrecognizedCheckpointException if it is of none
   */
  CheckpointFormat of(Place place) {
    return all.stream()
        .filter(format -> format.recognizes(place))
        .findFirst()
        .orElseThrow(() -> FileKind.unknown(place.path()));
  }

  /** What a model's adapter is in: a folder of peft, else what NeMo saves. */
  CheckpointFormat ofAdapter(Place place) {
    return PEFT.recognizes(place) ? PEFT : NEMO;
  }

  /**
   * The tensors alone of what can't be read for its meaning.
   *
   * @param unclaimed why it can't be, thrown where it holds no tensors either
   */
  ModelSource loose(Place place, Opening opening, CheckpointException unclaimed) {
    CheckpointFormat format = of(place);
    boolean files = place.isFolder() || place.isFile(FileKind.TORCH);
    if (!files || !format.holdsTensorFiles(place)) {
      throw unclaimed;
    }
    try {
      return LOOSE.open(place, opening).note(unclaimed.message(Remedy::inText));
    } catch (UnrecognizedCheckpointException none) {
      throw format.isRead() ? none : unclaimed;
    }
  }

  /**
   * How a format is written.
   *
   * @throws UnsupportedCheckpointException if its jar is not there
   */
  public TargetKind target(TargetFormat wanted) {
    return all.stream()
        .filter(format -> format.id().equals(wanted.id()))
        .flatMap(format -> format.target().stream())
        .findFirst()
        .orElseThrow(
            () ->
                new UnsupportedCheckpointException(
                    ErrorCode.UNSUPPORTED,
                    wanted.id(),
                    "no format of folders was found: add "
                        + OwnJar.HUGGING_FACE
                        + " to the class path"));
  }

  /** What a path's checkpoint becomes unasked: a training stays one, all else becomes a model. */
  public TargetFormat likeness(Path source) {
    boolean training = of(new Place(source)).id().equals(LIGHTNING.id());
    return training ? TargetFormat.LIGHTNING : TargetFormat.NEMO;
  }
}
