package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleDocument;
import io.shardwright.core.internal.codec.pickle.PickleLimits;
import io.shardwright.core.internal.codec.pickle.PickleReader;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A torch file whose headers and pickle were read. Storages stay where they are. */
public final class TorchFile {
  private static final String PICKLE = "/data.pkl";
  private static final int SMALL = 64;

  private final ByteSource source;
  private final ZipIndex zip;
  private final ZipContent content;
  private final String root;
  private final boolean checksumsOff;
  private final PickleDocument document;
  private final boolean bigEndian;
  private final Map<String, ByteSource> storages = new LinkedHashMap<>();

  private TorchFile(ByteSource source) {
    this.source = source;
    zip = ZipIndex.read(source);
    content = new ZipContent(source);
    checksumsOff = zip.members().stream().allMatch(member -> member.crc() == 0);
    root = root();
    document = PickleReader.read(checked("data.pkl"), PickleLimits.defaults());
    bigEndian = bigEndian();
    requireVersion();
  }

  /**
   * Opens a torch zip.
   *
   * @throws MalformedCheckpointException if it is none or damaged
   */
  public static TorchFile open(ByteSource source) {
    return new TorchFile(source);
  }

  private String root() {
    var pickles =
        zip.members().stream()
            .map(ZipMember::name)
            .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.lastIndexOf('/'))
            .toList();
    if (pickles.size() != 1) {
      throw malformed("holds " + pickles.size() + " data.pkl, expected one: it is no torch file");
    }
    String folder = pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length() + 1);
    if (zip.members().stream().anyMatch(member -> !member.name().startsWith(folder))) {
      throw malformed("holds entries outside the folder '" + folder + "': it is no torch file");
    }
    return folder;
  }

  private ByteSource checked(String record) {
    ZipMember member = zip.find(root + record).orElseThrow();
    ByteSource bytes = content.open(member);
    requireCrc(bytes, member);
    return bytes;
  }

  private void requireCrc(ByteSource bytes, ZipMember member) {
    if (!checksumsOff && ZipContent.crc(bytes) != member.crc()) {
      throw new MalformedCheckpointException(
          ErrorCode.CHECKSUM_MISMATCH,
          bytes.name(),
          "its bytes do not have the CRC-32 that the file states: the file is damaged, fetch it again");
    }
  }

  private Optional<String> text(String record) {
    return zip.find(root + record)
        .filter(member -> member.size() <= SMALL)
        .map(
            member -> {
              ByteSource bytes = checked(record);
              var buffer = ByteBuffer.allocate((int) bytes.size());
              bytes.readFully(buffer, 0);
              return new String(buffer.array(), StandardCharsets.US_ASCII).strip();
            });
  }

  private boolean bigEndian() {
    String order = text("byteorder").orElse("little");
    if (!order.equals("little") && !order.equals("big")) {
      throw malformed("says byteorder '" + order + "', expected little or big");
    }
    return order.equals("big");
  }

  private void requireVersion() {
    String version = text("version").orElse("3");
    if (!version.matches("[1-9]|10")) {
      throw malformed("says version '" + version + "', expected 1 to 10");
    }
  }

  /** The pickle. */
  public PickleDocument document() {
    return document;
  }

  /** A storage's bytes, or null where the file has none of that key. */
  private ByteSource storage(String key) {
    return storages.computeIfAbsent(
        key, k -> zip.find(root + "data/" + k).map(content::open).orElse(null));
  }

  /** The CRC-32 that the file states for a storage; empty where checksums were off. */
  public OptionalLong storageCrc(String key) {
    return checksumsOff
        ? OptionalLong.empty()
        : OptionalLong.of(zip.find(root + "data/" + key).orElseThrow().crc());
  }

  /**
   * The pickle as a state dict.
   *
   * @throws MalformedCheckpointException if it is none
   */
  public StateDict stateDict() {
    return stateDict(document.root());
  }

  /**
   * A part of the pickle as a state dict.
   *
   * @throws MalformedCheckpointException if it is none
   */
  public StateDict stateDict(PickleValue value) {
    return new StateDict(this, value);
  }

  /** Whether a value stands for a tensor. */
  public static boolean isTensor(PickleValue value) {
    return TensorDecoder.isTensor(value);
  }

  /** The tensor that a value of the pickle stands for. */
  public TorchTensor tensor(String name, PickleValue value) {
    return new TensorDecoder(source.name(), bigEndian, this::storage).decode(name, value);
  }

  /** A storage's bytes as they are. */
  public Optional<ByteSource> storageBytes(String key) {
    return Optional.ofNullable(storage(key));
  }

  /** Where the file lies, for messages. */
  public String name() {
    return source.name();
  }

  /** What a user should know. */
  public List<String> notes() {
    var notes = new ArrayList<String>();
    if (checksumsOff) {
      notes.add("saved with checksums off: damage to its values can't be noticed");
    }
    return notes;
  }

  /**
   * Reads everything once and compares it with the stated checksums.
   *
   * @throws MalformedCheckpointException naming the entry that is damaged
   */
  public void requireIntact() {
    zip.members().forEach(member -> requireCrc(content.open(member), member));
  }

  private MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(ErrorCode.ZIP_MALFORMED, source.name(), problem);
  }
}
