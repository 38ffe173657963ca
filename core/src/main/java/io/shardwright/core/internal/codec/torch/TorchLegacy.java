package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleDocument;
import io.shardwright.core.internal.codec.pickle.PickleReader;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads PyTorch's format before the zip ({@code torch.save(…,
 * _use_new_zipfile_serialization=False)}): five pickles, then each storage's count of elements and
 * its bytes ({@code torch/serialization.py}, {@code _legacy_save}).
 */
final class TorchLegacy implements TorchContainer {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final byte[] MAGIC_BYTES = HexFormat.of().parseHex("8a0a6cfc9c46f9206aa85019");
  private static final int PROTOCOL = 1001;
  private static final int START = 32;

  private final ByteSource source;
  private final Guard guard;
  private final PickleDocument document;
  private final Map<String, ByteSource> storages = new LinkedHashMap<>();
  private long at;

  TorchLegacy(ByteSource source, Guard guard) {
    this.source = source;
    this.guard = guard;
    requireNumber(MAGIC, "magic number");
    requireNumber(BigInteger.valueOf(PROTOCOL), "protocol");
    next(); // what the writer's machine was, which torch does not look at
    document = next();
    var named = Storages.of(document.persistentIds(), true, source.name());
    List<String> keys = keys(next().root(), named);
    keys.forEach(key -> storages.put(key, body(named.byKey().get(key))));
    if (at != source.size()) {
      throw malformed("has " + (source.size() - at) + " bytes after its last storage");
    }
  }

  /** Whether a file begins as this format does. */
  static boolean recognizes(ByteSource source) {
    var start = ByteBuffer.allocate((int) Math.min(START, source.size()));
    source.readFully(start, 0);
    byte[] bytes = start.array();
    for (int from = 0; from + MAGIC_BYTES.length <= bytes.length; from++) {
      if (Arrays.equals(
          bytes, from, from + MAGIC_BYTES.length, MAGIC_BYTES, 0, MAGIC_BYTES.length)) {
        return bytes[0] == (byte) 0x80;
      }
    }
    return false;
  }

  private PickleDocument next() {
    PickleDocument next = PickleReader.readAt(source, at, guard);
    at = next.end();
    return next;
  }

  private void requireNumber(BigInteger expected, String what) {
    PickleValue found = next().root();
    if (!found.equals(new Int(expected))) {
      throw malformed("has another " + what + " than torch's");
    }
  }

  /** The storages in the order of their bytes: each that the pickle names, once. */
  private List<String> keys(PickleValue value, Storages named) {
    if (value instanceof Sequence list && list.items().stream().allMatch(Text.class::isInstance)) {
      var keys = list.items().stream().map(key -> ((Text) key).value()).toList();
      boolean each = keys.size() == named.keys().size() && named.keys().containsAll(keys);
      if (each && keys.stream().distinct().count() == keys.size()) {
        return keys;
      }
    }
    throw malformed("lists other storages than its pickle names");
  }

  private ByteSource body(StorageId storage) {
    if (source.size() - at < Long.BYTES) {
      throw malformed("ends before storage '" + storage.key() + "'");
    }
    var count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    source.readFully(count, at);
    at += Long.BYTES;
    if (count.getLong(0) != storage.elements()
        || storage.elements() > (source.size() - at) / storage.elementSize()) {
      throw malformed(
          "has "
              + count.getLong(0)
              + " elements in storage '"
              + storage.key()
              + "' and "
              + (source.size() - at)
              + " bytes for them, expected "
              + storage.elements());
    }
    long bytes = storage.elements() * storage.elementSize();
    ByteSource body = source.slice(at, bytes, source.name() + "!" + storage.key());
    at += bytes;
    return body;
  }

  @Override
  public PickleDocument document() {
    return document;
  }

  @Override
  public String root() {
    return "";
  }

  @Override
  public boolean isBigEndian() {
    return false; // whatever machine wrote it
  }

  @Override
  public OptionalLong storageSize(String key) {
    ByteSource body = storages.get(key);
    return body == null ? OptionalLong.empty() : OptionalLong.of(body.size());
  }

  @Override
  public Optional<ByteSource> storage(String key) {
    return Optional.ofNullable(storages.get(key));
  }

  @Override
  public OptionalLong storageCrc(String key) {
    return OptionalLong.empty();
  }

  @Override
  public void requireIntact() {
    // The format has no checksums.
  }

  @Override
  public void requireIntact(String storageKey) {
    // The format has no checksums.
  }

  @Override
  public List<String> notes() {
    return List.of(
        "a torch file in the older format, which has no checksums: damaged values can't be"
            + " detected");
  }

  private MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(
        ErrorCode.TORCH_MALFORMED, source.name() + " at byte " + at, problem + ": it is damaged");
  }
}
