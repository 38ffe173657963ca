package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleDocument;
import io.shardwright.core.internal.codec.pickle.PickleReader;
import io.shardwright.core.internal.codec.zip.ZipContent;
import io.shardwright.core.internal.codec.zip.ZipIndex;
import io.shardwright.core.internal.codec.zip.ZipMember;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads PyTorch's zip format, which it writes since 1.6. */
final class TorchZip implements TorchContainer {
  private static final String PICKLE = "/data.pkl";
  private static final int SMALL = 64;

  private final ByteSource source;
  private final ZipIndex zip;
  private final ZipContent content;
  private final String root;
  private final boolean checksumsOff;
  private final PickleDocument document;
  private final boolean bigEndian;
  private final Map<String, Optional<ByteSource>> storages = new LinkedHashMap<>();

  TorchZip(ByteSource source, Guard guard) {
    this.source = source;
    zip = ZipIndex.read(source, guard);
    content = new ZipContent(source, guard);
    checksumsOff = zip.members().stream().allMatch(member -> member.crc() == 0);
    root = onlyRoot();
    refuseScript();
    bigEndian = bigEndian();
    requireVersion();
    ZipMember pickle = zip.find(root + PICKLE.substring(1)).orElseThrow();
    guard.require(Limit.PICKLE_BYTES, pickle.size(), source.name() + "!" + pickle.name());
    document = PickleReader.read(checked(pickle), guard);
  }

  private String onlyRoot() {
    var pickles =
        zip.members().stream()
            .map(ZipMember::name)
            .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.lastIndexOf('/'))
            .toList();
    if (pickles.size() != 1) {
      throw malformed(
          "holds " + pickles.size() + " data.pkl, expected one: it is not a torch file");
    }
    String folder = pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length() + 1);
    if (!zip.isAllIn(folder)) {
      throw malformed("holds entries outside the folder '" + folder + "': it is not a torch file");
    }
    return folder;
  }

  /** A TorchScript archive is a program; its tensors' names are in its code. */
  private void refuseScript() {
    boolean script =
        zip.find(root + "constants.pkl").isPresent()
            || zip.members().stream().anyMatch(m -> m.name().startsWith(root + "code/"));
    if (script) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          source.name(),
          "is a TorchScript archive, a program with weights: save its state_dict() instead");
    }
  }

  private ByteSource checked(ZipMember member) {
    ByteSource bytes = content.structure(member);
    requireCrc(bytes, member);
    return bytes;
  }

  private void requireCrc(ByteSource bytes, ZipMember member) {
    if (!checksumsOff) {
      ZipContent.requireIntact(bytes, member);
    }
  }

  private Optional<String> text(String record) {
    return zip.find(root + record).map(this::text);
  }

  private String text(ZipMember member) {
    if (member.size() > SMALL) {
      throw malformed("has " + member.size() + " bytes in '" + member.name() + "'");
    }
    ByteSource bytes = checked(member);
    var buffer = ByteBuffer.allocate((int) bytes.size());
    bytes.readFully(buffer, 0);
    return new String(buffer.array(), StandardCharsets.US_ASCII).strip();
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

  @Override
  public String root() {
    return root;
  }

  @Override
  public PickleDocument document() {
    return document;
  }

  @Override
  public boolean isBigEndian() {
    return bigEndian;
  }

  @Override
  public OptionalLong storageSize(String key) {
    Optional<ZipMember> member = zip.find(root + "data/" + key);
    return member.isPresent() ? OptionalLong.of(member.get().size()) : OptionalLong.empty();
  }

  @Override
  public Optional<ByteSource> storage(String key) {
    return storages.computeIfAbsent(key, k -> zip.find(root + "data/" + k).map(content::storage));
  }

  @Override
  public OptionalLong storageCrc(String key) {
    return checksumsOff
        ? OptionalLong.empty()
        : OptionalLong.of(zip.find(root + "data/" + key).orElseThrow().crc());
  }

  @Override
  public void requireIntact(String storageKey) {
    ZipMember member = zip.find(root + "data/" + storageKey).orElseThrow();
    requireCrc(storage(storageKey).orElseThrow(), member);
  }

  @Override
  public List<String> notes() {
    return checksumsOff
        ? List.of("saved without checksums: damaged values can't be detected")
        : List.of();
  }

  @Override
  public void requireIntact() {
    for (ZipMember member : zip.members()) {
      String key = member.name().substring(root.length());
      boolean storage = key.startsWith("data/");
      requireCrc(
          storage ? storage(key.substring(5)).orElseThrow() : content.structure(member), member);
    }
  }

  private MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(ErrorCode.ZIP_MALFORMED, source.name(), problem);
  }
}
