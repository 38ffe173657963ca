package io.shardwright.core.internal.codec.torch;

import static io.shardwright.core.internal.codec.torch.ZipFields.u2;
import static io.shardwright.core.internal.codec.torch.ZipFields.u4;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The entries of a zip, from its central directory, each compared with its local header. */
final class ZipIndex {
  private static final int CENTRAL = 46;
  private static final int LOCAL = 30;
  private static final int ALLOWED_FLAGS = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 11;
  private static final long NOT_HERE = 0xffffffffL;

  private final ZipFields fields;
  private final Map<String, ZipMember> members = new LinkedHashMap<>();

  private ZipIndex(ZipFields fields) {
    this.fields = fields;
  }

  /**
   * Reads a zip's headers.
   *
   * @throws io.shardwright.spi.error.MalformedCheckpointException if they contradict each other
   */
  static ZipIndex read(ByteSource source) {
    var index = new ZipIndex(new ZipFields(source));
    var directory = ZipDirectory.read(index.fields);
    index.readEntries(directory);
    index.refuseOverlaps(directory.offset());
    return index;
  }

  Collection<ZipMember> members() {
    return members.values();
  }

  Optional<ZipMember> find(String name) {
    return Optional.ofNullable(members.get(name));
  }

  private void readEntries(ZipDirectory directory) {
    ByteBuffer all = fields.at(directory.offset(), directory.size());
    var folded = new HashSet<String>();
    for (long i = 0; i < directory.entries(); i++) {
      ZipMember member = entry(all, directory.offset());
      if (members.put(member.name(), member) != null
          || !folded.add(member.name().toLowerCase(Locale.ROOT))) {
        throw fields.malformed(directory.offset(), "the entry '" + member.name() + "' twice");
      }
    }
    if (all.hasRemaining()) {
      throw fields.malformed(directory.offset(), "a directory longer than its entries");
    }
  }

  private ZipMember entry(ByteBuffer all, long directory) {
    long at = directory + all.position();
    if (all.remaining() < CENTRAL || all.getInt(all.position()) != 0x02014b50) {
      throw fields.malformed(at, "no directory entry, expected PK\\1\\2");
    }
    ByteBuffer head = all.slice(all.position(), CENTRAL).order(ByteOrder.LITTLE_ENDIAN);
    all.position(all.position() + CENTRAL);
    int nameLength = u2(head, 28);
    int extraLength = u2(head, 30);
    if (all.remaining() < nameLength + extraLength + u2(head, 32)) {
      throw fields.malformed(at, "a directory entry that ends outside the directory");
    }
    byte[] name = new byte[nameLength];
    byte[] extra = new byte[extraLength];
    all.get(name).get(extra).position(all.position() + u2(head, 32));
    int method = u2(head, 10);
    if (method != 0 && method != 8 || (u2(head, 8) & ~ALLOWED_FLAGS) != 0 || u2(head, 34) != 0) {
      throw fields.malformed(
          at,
          "an entry that is encrypted, on another disk, or packed by method "
              + method
              + ", expected stored or deflated");
    }
    var sizes = Zip64.widen(u4(head, 24), u4(head, 20), u4(head, 42), extra, fields, at);
    var member =
        new ZipMember(
            checkedName(name, at),
            method,
            u4(head, 16),
            sizes.compressed(),
            sizes.size(),
            sizes.offset(),
            0);
    if (method == 0 && member.size() != member.compressedSize()) {
      throw fields.malformed(at, "'" + member.name() + "' is stored with two different sizes");
    }
    return local(member, name, u2(head, 8));
  }

  private String checkedName(byte[] bytes, long at) {
    String name = new String(bytes, StandardCharsets.UTF_8);
    boolean odd =
        name.isEmpty()
            || name.indexOf('\ufffd') >= 0
            || name.chars().anyMatch(c -> c < ' ' || c == 0x7f || c == '\\' || c == ':');
    if (odd) {
      throw fields.malformed(at, "an entry whose name is no plain path");
    }
    for (String part : name.split("/", -1)) {
      if (part.equals("..") || part.equals(".") || part.isEmpty()) {
        throw new UnsafeCheckpointException(
            ErrorCode.PATH_ESCAPE,
            fields.source().name(),
            "the entry name '" + name + "' leads elsewhere: the archive is not torch's");
      }
    }
    return name;
  }

  private ZipMember local(ZipMember member, byte[] name, int flags) {
    ByteBuffer head = fields.at(member.headerOffset(), LOCAL);
    int nameLength = u2(head, 26);
    boolean same =
        head.getInt(0) == 0x04034b50 && u2(head, 8) == member.method() && nameLength == name.length;
    same =
        same && fields.at(member.headerOffset() + LOCAL, nameLength).equals(ByteBuffer.wrap(name));
    boolean described = (flags & 1 << 3) != 0;
    same = same && agrees(u4(head, 14), member.crc(), described);
    same = same && agrees(u4(head, 18), member.compressedSize(), described);
    same = same && agrees(u4(head, 22), member.size(), described);
    if (!same) {
      throw fields.malformed(
          member.headerOffset(),
          "the local header of '" + member.name() + "' contradicts the directory");
    }
    long data = Math.addExact(member.headerOffset(), LOCAL + nameLength + u2(head, 28));
    return member.at(data);
  }

  private static boolean agrees(long local, long central, boolean described) {
    return local == central || local == NOT_HERE || described && local == 0;
  }

  private void refuseOverlaps(long limit) {
    var sorted =
        members.values().stream()
            .sorted(Comparator.comparingLong(ZipMember::headerOffset))
            .toList();
    long end = 0;
    for (ZipMember member : sorted) {
      if (member.headerOffset() < end) {
        throw fields.malformed(
            member.headerOffset(), "'" + member.name() + "' overlaps the entry before it");
      }
      end = member.end();
      if (end > limit || end < 0) {
        throw fields.malformed(
            member.headerOffset(), "'" + member.name() + "' ends outside the archive's data");
      }
    }
  }
}
