package io.shardwright.core.internal.job;

import static java.util.stream.Collectors.toMap;

import io.shardwright.core.TrainingOptions;
import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.outline.ConfigEdit;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Completes a configuration to that of a {@code .nemo}: the class that restores it, a version, and
 * tokenizer files inside the archive rather than on somebody's disk (NeMo v1.23.0, {@code
 * nemo/core/classes/modelPT.py} and {@code nemo/core/connectors/save_restore_connector.py}). What
 * is a {@code .nemo} already only gets the tokenizer files that the user gives.
 */
final class Adoption implements AutoCloseable {
  private static final String VERSION = "1.23.0";
  private static final String INSIDE = "nemo:";

  private final List<ConfigEdit> changes = new ArrayList<>();
  private final List<Attachment> attachments = new ArrayList<>();
  private final List<FileSource> files = new ArrayList<>();
  private final Set<String> replaced = new HashSet<>();

  /** Nothing to add. */
  static Adoption none() {
    return new Adoption();
  }

  static Adoption of(ModelSource source, ModelFamilyAdapter family, TrainingOptions options) {
    var adoption = new Adoption();
    try {
      adoption.tokenizers(source, options);
      if (!source.packed()) {
        adoption.identity(source.config(), family, options.targetClass());
      }
      return adoption;
    } catch (RuntimeException refusal) {
      adoption.close();
      throw refusal;
    }
  }

  private void identity(
      ModelConfig config, ModelFamilyAdapter family, Optional<String> targetClass) {
    Optional<String> named = config.text("target");
    Optional<String> wanted =
        targetClass.or(
            () ->
                family.restoreClasses().stream()
                    .filter(name -> name.kind() == RestoreClass.Kind.NEMO)
                    .map(RestoreClass::name)
                    .findFirst());
    if (wanted.isPresent() && (named.isEmpty() || targetClass.isPresent())) {
      changes.add(new ConfigEdit("target", named.orElse("absent"), wanted.get()));
    }
    if (config.text("nemo_version").isEmpty()) {
      changes.add(new ConfigEdit("nemo_version", "absent", VERSION));
    }
  }

  private void tokenizers(ModelSource source, TrainingOptions options) {
    for (Map.Entry<String, Optional<Path>> entry : options.tokenizerFiles().entrySet()) {
      String key = entry.getKey();
      Optional<String> named = source.config().text(key).filter(value -> !value.isEmpty());
      entry.getValue().ifPresent(file -> requireTokenizer(source, key, file));
      if (outside(source, named) || entry.getValue().isPresent()) {
        Optional<Path> own =
            options.hparamsFile().flatMap(file -> named).flatMap(Adoption::existing);
        pack(source, key, named, entry.getValue().or(() -> own));
      }
    }
  }

  private static void requireTokenizer(ModelSource source, String key, Path file) {
    if (!source.config().has("tokenizer")) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          source.name(),
          "its configuration has no tokenizer, so it can't refer to '"
              + file
              + "': leave "
              + option(key)
              + " out");
    }
  }

  private static boolean outside(ModelSource source, Optional<String> named) {
    return !source.packed() && named.filter(value -> !value.startsWith(INSIDE)).isPresent();
  }

  /** What the source says of itself, such as which of several steps it is. */
  private static String read(ModelSource source) {
    return source.notes().isEmpty() ? "" : " (" + String.join("; ", source.notes()) + ")";
  }

  private void pack(ModelSource source, String key, Optional<String> named, Optional<Path> given) {
    Path path =
        given.orElseThrow(
            () ->
                new UnrecognizedCheckpointException(
                    ErrorCode.SOURCE_MISSING,
                    source.name(),
                    key
                        + " is '"
                        + named.orElse("")
                        + "'; files that a checkpoint names are never opened: give it with "
                        + option(key)
                        + read(source)));
    var file = new FileSource(path, path.toString());
    files.add(file);
    String hash = ContentHash.digits(file);
    if (replaces(source, named.orElse(""), hash)) {
      adopt(key, named, hash + "_" + path.getFileName(), file);
    }
  }

  /** Whether a file is another than the one inside, which then gives way. */
  private boolean replaces(ModelSource source, String named, String hash) {
    Optional<Attachment> inside =
        source.attachments().stream().filter(own -> named.equals(INSIDE + own.name())).findFirst();
    if (inside.filter(own -> ContentHash.digits(own.bytes()).equals(hash)).isPresent()) {
      return false;
    }
    String config = new String(source.config().write(), StandardCharsets.UTF_8);
    if (config.indexOf(named) == config.lastIndexOf(named)) {
      inside.map(Attachment::name).ifPresent(replaced::add);
    }
    return true;
  }

  private void adopt(String key, Optional<String> named, String name, FileSource file) {
    attachments.add(new Attachment(name, file));
    changes.add(new ConfigEdit(key, named.orElse("null"), INSIDE + name));
  }

  /** What a configuration that the user gave says is the user's word; a checkpoint's is not. */
  private static Optional<Path> existing(String named) {
    try {
      return Optional.of(Path.of(named)).filter(Files::isRegularFile);
    } catch (InvalidPathException noPath) {
      return Optional.empty();
    }
  }

  /** The option that gives a key's file. */
  static String option(String key) {
    return switch (key) {
      case "tokenizer.model" -> Setting.TOKENIZER_MODEL.inText();
      case "tokenizer.vocab_file" -> Setting.TOKENIZER_VOCAB_FILE.inText();
      default -> Setting.TOKENIZER_MERGES_FILE.inText();
    };
  }

  /** Keys to add to the configuration. */
  List<ConfigEdit> changes() {
    return changes;
  }

  /** Files to put into the archive. */
  List<Attachment> attachments() {
    return attachments;
  }

  /** The same files by the keys that name them. */
  Map<String, ByteSource> byKey() {
    var named = attachments.stream().collect(toMap(own -> INSIDE + own.name(), Attachment::bytes));
    return changes.stream()
        .filter(change -> named.containsKey(change.to()))
        .collect(toMap(ConfigEdit::key, change -> named.get(change.to())));
  }

  /** Whether a file of the archive gives way to one that the user gave. */
  boolean replaces(String member) {
    return replaced.contains(member);
  }

  /** The files that are open. */
  List<FileSource> opened() {
    return files;
  }

  @Override
  public void close() {
    files.forEach(FileSource::close);
  }
}
