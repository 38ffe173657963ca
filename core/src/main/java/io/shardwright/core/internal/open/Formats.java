package io.shardwright.core.internal.open;

import io.shardwright.core.FormatDescription;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.format.CheckpointFormat;
import io.shardwright.core.internal.format.FileKind;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.Opening;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.format.lightning.LightningFormat;
import io.shardwright.core.internal.format.loose.ForeignFormat;
import io.shardwright.core.internal.format.loose.LooseFormat;
import io.shardwright.core.internal.format.nemo.NemoFormat;
import io.shardwright.core.internal.format.plugged.PluggedFormat;
import io.shardwright.core.internal.format.plugged.PluggedModelFormat;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.internal.registry.FoundFormat;
import io.shardwright.core.internal.registry.FoundFormats;
import io.shardwright.core.internal.registry.OwnJar;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.error.AdapterException;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.Keeps;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The list of all formats: the engine's own and those of adapters. Only this class names the
 * packages of formats.
 */
public final class Formats {
  private static final CheckpointFormat NEMO = new NemoFormat();
  private static final LooseFormat LOOSE = new LooseFormat();

  private final CheckpointFormat lightning;

  private final List<CheckpointFormat> all;

  private final FoundFormats found;

  private Formats(CheckpointFormat lightning, List<CheckpointFormat> all, FoundFormats found) {
    this.lightning = lightning;
    this.all = all;
    this.found = found;
  }

  /** In the order in which a path is tried: what more can be said of comes first. */
  static Formats of(AdapterRegistry registry, ReadPolicy policy) {
    var found = registry.formats();
    var all = new ArrayList<CheckpointFormat>();
    for (var of : found.models()) {
      all.add(new PluggedModelFormat(of.format(), of.origin(), registry, policy));
    }
    var lightning = new LightningFormat(registry);
    all.addAll(List.of(lightning, NEMO, new ForeignFormat()));
    found.tensors().forEach(of -> all.add(new PluggedFormat(of.format(), of.origin(), policy)));
    all.add(LOOSE);
    refuseOwnIds(all, found);
    return new Formats(lightning, all, found);
  }

  private static void refuseOwnIds(List<CheckpointFormat> all, FoundFormats formats) {
    for (FoundFormat<?> found : formats.all()) {
      if (all.stream().filter(format -> format.id().equals(found.id())).count() > 1) {
        throw new AdapterException(
            ErrorCode.ADAPTER_BROKEN,
            found.origin(),
            "format id '" + found.id() + "' is a built-in format: rename it");
      }
    }
  }

  /** What a user sees of them: the engine's own, then those that were found. */
  public List<FormatDescription> descriptions() {
    var seen = new ArrayList<FormatDescription>();
    for (CheckpointFormat own : List.of(NEMO, lightning, LOOSE)) {
      seen.add(description(own, FormatDescription.BUILT_IN));
    }
    for (FoundFormat<?> of : found.all()) {
      all.stream()
          .filter(format -> format.id().equals(of.id()))
          .forEach(format -> seen.add(description(format, of.origin())));
    }
    return seen;
  }

  private static FormatDescription description(CheckpointFormat format, String origin) {
    var keeps = format.target().map(TargetKind::keeps).orElse(Set.of()).stream();
    return new FormatDescription(
        format.id(),
        origin,
        format.target().isPresent(),
        keeps.sorted().map(kept -> kept.name().toLowerCase(Locale.ROOT)).toList());
  }

  /**
   * The format of a path.
   *
   * @throws io.shardwright.spi.error.UnrecognizedCheckpointException if it is of none
   */
  CheckpointFormat of(Place place) {
    return place.format(() -> search(place));
  }

  private CheckpointFormat search(Place place) {
    return all.stream()
        .filter(format -> format.recognizes(place))
        .findFirst()
        .orElseThrow(() -> FileKind.unknown(place.path()));
  }

  /** What a model's adapter is in: a format of adapters that was found, else what NeMo saves. */
  CheckpointFormat ofAdapter(Place place) {
    return all.stream()
        .filter(format -> format.isAdapter() && format.recognizes(place))
        .findFirst()
        .orElse(NEMO);
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
    } catch (UnsupportedCheckpointException unread) {
      throw unclaimed;
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
        .orElseThrow(() -> missing(wanted));
  }

  private UnsupportedCheckpointException missing(TargetFormat wanted) {
    boolean ours = wanted.equals(TargetFormat.HUGGING_FACE);
    String written =
        descriptions().stream()
            .filter(FormatDescription::isWritten)
            .map(FormatDescription::id)
            .collect(Collectors.joining(", "));
    return new UnsupportedCheckpointException(
        ErrorCode.UNSUPPORTED,
        wanted.id(),
        ours
            ? "no format of folders was found: add " + OwnJar.HUGGING_FACE + " to the class path"
            : "no such format can be written; available: " + written + ": add its jar");
  }

  /** What a path's checkpoint becomes unasked: what has ranks stays what it is. */
  public TargetFormat likeness(Place source) {
    CheckpointFormat own = of(source);
    boolean ranks = own.target().filter(kind -> kind.keeps().contains(Keeps.GRID)).isPresent();
    return ranks ? new TargetFormat(own.id()) : TargetFormat.NEMO;
  }

  /** Whether a path's checkpoint is of a format that is read and never written. */
  public boolean isReadAlone(Place source) {
    return of(source).target().isEmpty();
  }
}
