package io.shardwright.core.internal.format;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.pickle.PickleText;
import io.shardwright.core.internal.codec.tokenizer.TokenizerSize;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.describe.HuggingFaceLowRank.Pair;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.outline.Member;
import io.shardwright.spi.Grid;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.format.TrainingState;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** An open checkpoint of any format. Headers are read when first asked for. */
public interface ModelSource extends AutoCloseable {
  /** A file that travels with the model, such as a tokenizer. */
  record Attachment(String name, ByteSource bytes) {}

  /** The format's name. */
  String format();

  /** The file's or folder's name, for messages. */
  String name();

  /** The grid it was written for. */
  default Grid grid() {
    return Grid.ONE;
  }

  /** Reads the headers of its files now, several at once where there are several. */
  default void readHeaders(Workers workers) {}

  /** The model's configuration in NeMo's keys; empty where it has none. */
  default YamlDocument config() {
    return YamlDocument.of(Map.of(), guard());
  }

  /** Whether it has a configuration at all; without one it is tensors. */
  default boolean configured() {
    return true;
  }

  /** Why it is tensors alone, where there is a document that says more. */
  default Optional<CheckpointException> unknown() {
    return Optional.empty();
  }

  /** The class that the model is of, where its tensors have that class's names. */
  default Optional<HuggingFaceModel> huggingFace() {
    return Optional.empty();
  }

  /** The vocabulary size in the file that the tensors come from, or once came from. */
  default OptionalLong vocabularySize() {
    return Origin.of(this).map(Origin::vocabularySize).orElseGet(OptionalLong::empty);
  }

  /** Whether the files that its configuration names are within it. */
  default boolean packed() {
    return false;
  }

  /** Whether its torch files hold tensors besides those of the model. */
  default boolean holdsOthers() {
    return false;
  }

  /** Whether it is a change of another model and no model. */
  default boolean isAdapter() {
    return false;
  }

  /**
   * What changes each module of a Hugging Face class, where it names those.
   *
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException if that is no product
   */
  default Map<String, Pair> pairs() {
    return Map.of();
  }

  /**
   * What the weights are.
   *
   * @throws io.shardwright.spi.error.MalformedCheckpointException if files are missing or damaged
   */
  SourceFiles sourceFiles();

  /** What is neither configuration nor weights. */
  default List<Attachment> attachments() {
    return List.of();
  }

  /** Every file inside, weights included; empty where it is no container of files. */
  default Optional<List<Attachment>> members() {
    return Optional.empty();
  }

  /** The files that it consists of, with their sizes. */
  default List<Member> contents() {
    return attachments().stream().map(a -> new Member(a.name(), a.bytes().size())).toList();
  }

  /** What it is read under. */
  Guard guard();

  /** Every torch file, by member. */
  default Map<String, TorchFile> torchFiles() {
    return Map.of();
  }

  /**
   * Refuses files that may not be written again.
   *
   * @throws UnsafeCheckpointException naming what their pickles hold
   */
  default void requireCarriable() {
    refuseDangerous();
  }

  /**
   * Refuses files whose pickles would run code in Python.
   *
   * @throws UnsafeCheckpointException naming the calls
   */
  default void refuseDangerous() {
    if (!dangerous().isEmpty()) {
      throw new UnsafeCheckpointException(
          ErrorCode.PICKLE_FORBIDDEN,
          name(),
          "its pickle calls "
              + String.join(", ", dangerous())
              + ", which runs code when Python loads it; see "
              + Setting.PICKLE_IMPORTS.inText());
    }
  }

  /** The files that are open. */
  Collection<FileSource> opened();

  /**
   * Refuses if a file changed since it was opened.
   *
   * @throws io.shardwright.spi.error.CheckpointIoException naming it
   */
  default void requireUnchanged() {
    opened().forEach(FileSource::requireUnchanged);
  }

  /** Size on disk. */
  default long fileBytes() {
    return opened().stream().mapToLong(FileSource::size).sum();
  }

  /** The calls in the pickles that would do in Python what no weights need, as text. */
  default List<String> dangerous() {
    return torchFiles().values().stream()
        .flatMap(file -> file.document().alarms().stream())
        .map(PickleText::of)
        .distinct()
        .toList();
  }

  /**
   * Refuses what its own configuration contradicts, where no family is asked.
   *
   * @throws io.shardwright.spi.error.MalformedCheckpointException naming key and tensor
   */
  default void requireConsistent() {}

  /** Compares every entry of the torch files with its checksum. */
  default void requireIntact() {
    torchFiles().values().forEach(TorchFile::requireIntact);
  }

  /** Compares files with the checksums that a document beside them states. */
  default void requireStatedSums() {}

  /** Tokens of the tokenizer that is at hand, as NeMo counts them. */
  default OptionalLong tokenizerSize() {
    return TokenizerSize.of(config(), Map.of(), guard());
  }

  /** The bytes of an optimizer's state that is there and not wanted. */
  default long leftState() {
    return 0;
  }

  /** What a training needs to go on besides tensors; empty where it is not wanted. */
  default Optional<TrainingState> training() {
    return Optional.empty();
  }

  /** What a user should know. */
  List<String> notes();

  @Override
  void close();
}
