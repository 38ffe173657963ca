package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleDocument;
import io.shardwright.core.internal.codec.pickle.PickleNames;
import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.zip.ZipIndex;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** An open torch file whose headers and pickle have been read; storages are read from it later. */
public final class TorchFile {
  private static final int ZIP = 0x504b0304;

  private final ByteSource source;
  private final TorchContainer container;
  private final Storages storages;
  private final TensorDecoder decoder;

  private TorchFile(ByteSource source, Guard guard) {
    this.source = source;
    boolean legacy = TorchLegacy.recognizes(source);
    container = legacy ? new TorchLegacy(source, guard) : new TorchZip(source, guard);
    if (guard.refusesUnknownGlobals()) {
      refuseUnknown();
    }
    storages = Storages.of(document().persistentIds(), legacy, source.name());
    storages.requireHeld(container::storageSize);
    decoder = new TensorDecoder(source, guard, storages, container);
  }

  /**
   * Opens a torch file, a zip or of the format before it.
   *
   * @throws MalformedCheckpointException if it is none or damaged
   * @throws UnsafeCheckpointException if it is over a limit
   */
  public static TorchFile open(ByteSource source, Guard guard) {
    return new TorchFile(source, guard);
  }

  /**
   * Tells a file that was written to its end, by the directory there; reads nothing else.
   *
   * @throws MalformedCheckpointException if there is none
   */
  public static void requireWhole(ByteSource source, Guard guard) {
    ZipIndex.read(source, guard);
  }

  /** Whether a file's first bytes are those of a torch file. */
  public static boolean recognizes(ByteSource source) {
    return TorchLegacy.recognizes(source) || startsAsAZip(source);
  }

  private void refuseUnknown() {
    document().globals().stream()
        .filter(name -> PickleNames.meaning(name) == Meaning.UNKNOWN)
        .findFirst()
        .ifPresent(
            name -> {
              throw new UnsafeCheckpointException(
                  ErrorCode.PICKLE_FORBIDDEN,
                  source.name(),
                  "its pickle names '"
                      + name
                      + "', which is unknown: "
                      + Setting.UNKNOWN_GLOBALS.inText()
                      + " is refuse");
            });
  }

  public PickleDocument document() {
    return container.document();
  }

  /** The CRC-32 that the file states for a storage; empty where it states none. */
  public OptionalLong storageCrc(String key) {
    return container.storageCrc(key);
  }

  /**
   * The pickle as a state dict.
   *
   * @throws MalformedCheckpointException if it is none
   */
  public StateDict stateDict() {
    return stateDict(document().root());
  }

  /**
   * A part of the pickle as a state dict.
   *
   * @throws MalformedCheckpointException if it is none
   */
  public StateDict stateDict(PickleValue value) {
    return new StateDict(this, value);
  }

  /** Whether a value stands for a tensor, of a kind that is understood or not. */
  public static boolean isTensor(PickleValue value) {
    return PickleNames.buildsTensor(value);
  }

  /** What kind of tensor a value stands for that is not read here; empty for a dense one. */
  public Optional<String> unreadable(String name, PickleValue value) {
    return decoder.unreadable(name, value);
  }

  /** The tensor that a value of the pickle stands for. */
  public TorchTensor tensor(String name, PickleValue value) {
    return decoder.decode(name, value);
  }

  /** A storage's bytes as they are. */
  public Optional<ByteSource> storageBytes(String key) {
    return container.storage(key);
  }

  /** The key of the storage that a reference names. */
  public String storageKey(PersistentId id) {
    return storages.get(id).key();
  }

  /** The folder of its records, which torch names after the file that it first wrote. */
  public String root() {
    return container.root();
  }

  /** Where the file lies, for messages. */
  public String name() {
    return source.name();
  }

  /** What a user should know. */
  public List<String> notes() {
    return container.notes();
  }

  /**
   * Reads everything once and compares it with the stated checksums.
   *
   * @throws MalformedCheckpointException naming the entry that is damaged
   */
  public void requireIntact() {
    container.requireIntact();
  }

  private static boolean startsAsAZip(ByteSource source) {
    if (source.size() < Integer.BYTES) {
      return false;
    }
    var start = ByteBuffer.allocate(Integer.BYTES);
    source.readFully(start, 0);
    return start.getInt(0) == ZIP;
  }
}
