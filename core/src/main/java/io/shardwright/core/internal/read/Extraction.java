package io.shardwright.core.internal.read;

import io.shardwright.core.ExtractOptions;
import io.shardwright.core.ExtractOptions.Parts;
import io.shardwright.core.TrainingOptions;
import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.open.Sources;
import io.shardwright.core.internal.publish.FreeName;
import io.shardwright.core.internal.publish.Overlap;
import io.shardwright.core.internal.publish.Staging;
import io.shardwright.core.internal.publish.Staging.Order;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Copies members of a checkpoint to a new folder, atomically. */
public record Extraction(ModelSource source, ExtractOptions options) {
  private static final int BLOCK = 1 << 20;
  private static final String CONFIG = "model_config.yaml";

  /**
   * Opens a checkpoint and copies.
   *
   * @return the names of what was written
   */
  public static List<String> run(Path path, Path target, ExtractOptions options, Sources sources) {
    Path absolute = target.toAbsolutePath().normalize();
    Overlap.refuse(path, absolute);
    sources.given().paths().forEach(file -> Overlap.refuseFile(file, absolute));
    FreeName.requireFolder(target, options.mkdirs());
    Path spool = Path.of(System.getProperty("java.io.tmpdir"));
    try (var source = sources.open(path, spool, TrainingOptions.NEWEST, false)) {
      Overlap.refuseFiles(source.opened(), absolute);
      return new Extraction(source, options).run(target);
    }
  }

  private List<String> run(Path target) {
    refuseWhatIsNoCheckpoint();
    var members = members();
    var files = new ArrayList<OutputFile>();
    members.forEach(member -> files.add(new OutputFile(member.name(), member.bytes().size())));
    try (var staging =
        Staging.create(Order.of(target, files, options.overwrite(), options.mkdirs()))) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCK);
      for (int file = 0; file < members.size(); file++) {
        int number = file;
        ByteSource bytes = members.get(file).bytes();
        bytes.readAll(buffer, (block, at) -> staging.files().write(block, new Place(number, at)));
      }
      source.requireUnchanged();
      staging.seal();
      staging.publish();
    }
    return members.stream().map(Attachment::name).toList();
  }

  private void refuseWhatIsNoCheckpoint() {
    if (!source.configured()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED, source.name(), "contains only tensors");
    }
    if (options.parts() == Parts.ALL && !source.dangerous().isEmpty()) {
      throw new UnsafeCheckpointException(
          ErrorCode.PICKLE_FORBIDDEN,
          source.name(),
          "its pickle calls "
              + source.dangerous().get(0)
              + "; see "
              + Setting.PICKLE_IMPORTS.inText());
    }
  }

  private List<Attachment> members() {
    var config = new Attachment(CONFIG, new MemorySource(source.config().write(), CONFIG));
    return switch (options.parts()) {
      case CONFIG -> List.of(config);
      case ARTIFACTS -> source.attachments();
      case CONFIG_AND_ARTIFACTS -> {
        var both = new ArrayList<>(List.of(config));
        both.addAll(source.attachments());
        yield both;
      }
      case ALL -> source.members().orElseThrow(this::noArchive);
    };
  }

  private UnsupportedCheckpointException noArchive() {
    return new UnsupportedCheckpointException(
        ErrorCode.UNSUPPORTED,
        source.name(),
        "is not an archive, so there is nothing to unpack: copy it, or leave "
            + Setting.ALL_PARTS.inText()
            + " out");
  }
}
