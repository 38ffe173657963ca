package io.shardwright.core.internal.job;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.device.Resources;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.open.Families;
import io.shardwright.core.internal.open.Sources;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.format.Keeps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The formats, family, adapter and files of a request, determined once for all later steps. */
final class Resolved implements AutoCloseable {
  private final ReshardRequest request;
  private final Sources sources;
  private final TargetFormat format;
  private static final String ARCHIVE = ".nemo";

  private TargetKind kind;
  private final ModelSource source;
  private Lora lora = Lora.none();
  private Adoption adoption = Adoption.none();
  private Optional<ModelFamilyAdapter> family = Optional.empty();

  private Resolved(ReshardRequest request, Sources sources) {
    this.request = request;
    this.sources = sources;
    var place = new Place(request.source());
    format = request.format().orElseGet(() -> unasked(request, sources, place));
    kind = sources.formats().target(format);
    source =
        keeps(Keeps.STORED)
            ? sources.look(place, spoolFolder(), request.training(), false)
            : sources.open(place, spoolFolder(), request.training(), keeps(Keeps.OPTIMIZER));
  }

  /**
   * Opens what a request names.
   *
   * @throws io.shardwright.spi.error.CheckpointException if it can't be what is asked for
   */
  static Resolved of(ReshardRequest request, Sources all) {
    var resolved = new Resolved(request, request.family().map(all::choosing).orElse(all));
    try {
      resolved.resolve();
      return resolved;
    } catch (RuntimeException refusal) {
      resolved.close();
      throw refusal;
    }
  }

  private static TargetFormat unasked(ReshardRequest request, Sources sources, Place place) {
    boolean archive = request.target().toString().endsWith(ARCHIVE);
    return archive ? TargetFormat.NEMO : sources.formats().likeness(place);
  }

  private void resolve() {
    kind = kind.of(request, source);
    lora = Lora.of(this);
    kind.require(source);
    Claims.require(this);
    OutOfPlace.refuse(this);
    source.readHeaders(Resources.workers(request.run()));
    if (keeps(Keeps.STORED)) {
      source.refuseDangerous();
      return;
    }
    source.requireCarriable();
    family = Optional.of(Families.require(source, sources.registry()));
    if (keeps(Keeps.TOKENIZER)) {
      adoption = Adoption.of(source, family.get(), request.training());
    }
  }

  /** What to say where the source's format can't be kept, and no other was asked for. */
  List<String> notes() {
    boolean asked = request.format().isPresent() || request.target().toString().endsWith(ARCHIVE);
    return !asked && sources.formats().isReadAlone(new Place(request.source()))
        ? List.of(source.format() + " is read alone: the target is a folder of " + format)
        : List.of();
  }

  /** Beside the target if its folder is there already, so that no foreign disk fills up. */
  Path spoolFolder() {
    Path folder = request.target().toAbsolutePath().normalize().getParent();
    return folder != null && Files.isDirectory(folder) ? folder : Path.of("").toAbsolutePath();
  }

  ReshardRequest request() {
    return request;
  }

  /** Opens further checkpoints under the same limits. */
  Sources sources() {
    return sources;
  }

  /** What is written. */
  TargetFormat format() {
    return format;
  }

  /** How the target is written. */
  TargetKind kind() {
    return kind;
  }

  /** Whether the target keeps something. */
  boolean keeps(Keeps what) {
    return kind.keeps().contains(what);
  }

  /** The open source. */
  ModelSource source() {
    return source;
  }

  /** The source's family; none where tensors are written as they are stored. */
  Optional<ModelFamilyAdapter> family() {
    return family;
  }

  /** The adapter that is merged. */
  Lora lora() {
    return lora;
  }

  /** What is added to the source. */
  Adoption adoption() {
    return adoption;
  }

  /** Every file that is open. */
  List<FileSource> opened() {
    var opened = new ArrayList<>(source.opened());
    opened.addAll(lora.opened());
    opened.addAll(adoption.opened());
    return opened;
  }

  /**
   * Refuses if a file changed since it was opened.
   *
   * @throws io.shardwright.spi.error.CheckpointIoException naming it
   */
  void requireUnchanged() {
    opened().forEach(FileSource::requireUnchanged);
  }

  @Override
  public void close() {
    lora.close();
    adoption.close();
    source.close();
  }
}
