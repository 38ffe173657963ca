package io.shardwright.core.internal.codec.zip;

import static io.shardwright.core.internal.codec.zip.ZipFields.u2;
import static io.shardwright.core.internal.codec.zip.ZipFields.u4;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.guard.EntryNames;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Lists the entries of a zip from its central directory and compares each with its local header.
 * Entries and directory cover the file without a gap, so that no reader finds anything else in it.
 */
public final class ZipIndex {
  private static final int CENTRAL = 46;
  private static final int ALLOWED_FLAGS = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 11;
  private static final int KIND = 0xf000;
  private static final int REGULAR = 0x8000;
  private static final int FOLDER = 0x4000;
  private static final int COST = 400;

  private final ZipFields fields;
  private final Guard guard;
  private final ZipLocal locals;
  private final Map<String, ZipMember> members = new LinkedHashMap<>();
  private final Set<String> folded = new HashSet<>();

  private ZipIndex(ZipFields fields, Guard guard) {
    this.fields = fields;
    this.guard = guard;
    this.locals = new ZipLocal(fields);
  }

  /**
   * Reads a zip's headers.
   *
   * @throws io.shardwright.spi.error.MalformedCheckpointException if they contradict each other
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if a name leads elsewhere, or there
   *     is more than a limit allows
   */
  public static ZipIndex read(ByteSource source, Guard guard) {
    var index = new ZipIndex(new ZipFields(source), guard);
    var directory = ZipDirectory.read(index.fields, guard);
    index.readEntries(directory);
    index.requireCover(directory.offset());
    return index;
  }

  /** The files. */
  public Collection<ZipMember> members() {
    return members.values().stream().filter(member -> !member.isFolder()).toList();
  }

  /** Whether every entry, folders too, stands in a folder; the name ends in a slash. */
  public boolean isAllIn(String folder) {
    return members.keySet().stream().allMatch(name -> name.startsWith(folder));
  }

  /** The entry of a name. */
  public Optional<ZipMember> find(String name) {
    return Optional.ofNullable(members.get(name));
  }

  private void readEntries(ZipDirectory directory) {
    var entries = new Entries(fields, directory);
    for (long i = 0; i < directory.entries(); i++) {
      ZipMember member = entry(entries);
      guard.take(COST + 4L * member.name().length(), fields.source().name());
      members.put(member.name(), member);
      if (!folded.add(EntryNames.folded(member.path()))) {
        throw fields.malformed(directory.offset(), "the entry '" + member.name() + "' twice");
      }
    }
    if (entries.hasMore()) {
      throw fields.malformed(directory.offset(), "a directory longer than its entries");
    }
  }

  private ZipMember entry(Entries entries) {
    long at = entries.position();
    ByteBuffer head = entries.take(CENTRAL);
    if (head.getInt(0) != 0x02014b50) {
      throw fields.malformed(at, "no directory entry, expected PK\\1\\2");
    }
    requirePlain(head, at);
    byte[] name = new byte[u2(head, 28)];
    byte[] extra = new byte[u2(head, 30)];
    entries.take(name.length).get(name);
    entries.take(extra.length).get(extra);
    entries.take(u2(head, 32));
    var sizes = Zip64.widen(u4(head, 24), u4(head, 20), u4(head, 42), extra, fields, at);
    var member =
        new ZipMember(
            EntryNames.decode(name, fields.source().name()),
            u2(head, 10),
            u2(head, 8),
            u4(head, 16),
            sizes.compressed(),
            sizes.size(),
            sizes.offset(),
            0);
    EntryNames.require(member.path(), guard, fields.source().name());
    requireKind(u2(head, 40) & KIND, member, at);
    if (member.method() == 0 && member.size() != member.compressedSize()) {
      throw fields.malformed(at, "'" + member.name() + "' is stored with two different sizes");
    }
    return locals.compare(member, name);
  }

  private void requirePlain(ByteBuffer head, long at) {
    int method = u2(head, 10);
    if (method != 0 && method != 8 || (u2(head, 8) & ~ALLOWED_FLAGS) != 0 || u2(head, 34) != 0) {
      throw fields.malformed(
          at,
          "an entry that is encrypted, on another disk, or packed by method "
              + method
              + ", expected stored or deflated");
    }
  }

  private void requireKind(int kind, ZipMember member, long at) {
    if (kind != 0 && kind != (member.isFolder() ? FOLDER : REGULAR)) {
      throw fields.malformed(at, "'" + member.name() + "', which is a link or a device");
    }
  }

  private void requireCover(long directory) {
    var sorted =
        members.values().stream()
            .sorted(Comparator.comparingLong(ZipMember::headerOffset))
            .toList();
    long end = 0;
    for (ZipMember member : sorted) {
      requireNext(member.headerOffset(), end, "'" + member.name() + "'");
      if (member.compressedSize() > directory - member.dataOffset()) {
        throw fields.malformed(
            member.headerOffset(), "'" + member.name() + "' ends outside the archive's data");
      }
      end = locals.afterDescriptor(member, directory);
    }
    requireNext(directory, end, "the directory");
  }

  private void requireNext(long found, long expected, String what) {
    if (found < expected) {
      throw fields.malformed(found, what + " overlaps the entry before it");
    }
    if (found > expected) {
      throw fields.malformed(
          expected, (found - expected) + " bytes that belong to no entry, before " + what);
    }
  }

  /** The bytes of a central directory, one after another, a block at a time. */
  private static final class Entries {
    private static final int BLOCK = 1 << 18;

    private final ZipFields fields;
    private final long end;
    private long position;
    private ByteBuffer block = ByteBuffer.allocate(0);

    Entries(ZipFields fields, ZipDirectory directory) {
      this.fields = fields;
      this.position = directory.offset();
      this.end = directory.offset() + directory.size();
    }

    long position() {
      return position;
    }

    boolean hasMore() {
      return position < end;
    }

    /** The next bytes; never more than four times 64 KiB. */
    ByteBuffer take(int length) {
      if (length > end - position) {
        throw fields.malformed(position, "an entry that ends outside the directory");
      }
      if (block.remaining() < length) {
        block = fields.at(position, Math.min(BLOCK, end - position));
      }
      ByteBuffer taken = block.slice(block.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      block.position(block.position() + length);
      position += length;
      return taken;
    }
  }

  /**
   * The place of a zip's central directory, from the end record, which must be the file's last 22
   * bytes. It is not searched for, so that nothing can be smuggled in.
   */
  private record ZipDirectory(long offset, long size, long entries) {
    private static final int END = 22;
    private static final int LOCATOR = 20;
    private static final int END64 = 56;
    private static final int CENTRAL = 46;
    private static final int LONGEST_ENTRY = CENTRAL + 3 * 0xffff;

    static ZipDirectory read(ZipFields fields, Guard guard) {
      long size = fields.source().size();
      ByteBuffer end = fields.at(size - END, END);
      if (end.getInt(0) != 0x06054b50) {
        throw fields.malformed(
            size - END, "no end record, expected PK\\5\\6: the file is truncated or not a zip");
      }
      if (u2(end, 4) != 0 || u2(end, 6) != 0 || u2(end, 8) != u2(end, 10) || u2(end, 20) != 0) {
        throw fields.malformed(size - END, "an end record of several disks or with a comment");
      }
      var found = new ZipDirectory(u4(end, 16), u4(end, 12), u2(end, 10));
      long limit = size - END;
      boolean zip64 =
          found.offset == 0xffffffffL || found.size == 0xffffffffL || found.entries == 0xffff;
      if (zip64 || hasLocator(fields, limit)) {
        limit = end64(fields, size - END - LOCATOR);
        found = directory64(fields, limit, found);
      }
      return found.checked(fields, limit, guard);
    }

    private static boolean hasLocator(ZipFields fields, long end) {
      return end >= LOCATOR && fields.at(end - LOCATOR, LOCATOR).getInt(0) == 0x07064b50;
    }

    private static long end64(ZipFields fields, long locatorAt) {
      ByteBuffer locator = fields.at(locatorAt, LOCATOR);
      if (locator.getInt(0) != 0x07064b50 || locator.getInt(4) != 0 || locator.getInt(16) != 1) {
        throw fields.malformed(locatorAt, "no zip64 locator where the end record needs one");
      }
      long at = locator.getLong(8);
      if (at != locatorAt - END64) {
        throw fields.malformed(
            locatorAt, "a zip64 end record at " + at + ", expected at " + (locatorAt - END64));
      }
      return at;
    }

    private static ZipDirectory directory64(ZipFields fields, long at, ZipDirectory small) {
      ByteBuffer end = fields.at(at, END64);
      if (end.getInt(0) != 0x06064b50
          || end.getLong(4) != END64 - 12
          || end.getLong(24) != end.getLong(32)) {
        throw fields.malformed(at, "a broken zip64 end record");
      }
      var large = new ZipDirectory(end.getLong(48), end.getLong(40), end.getLong(32));
      if (large.offset < 0 || large.size < 0 || large.entries < 0) {
        throw fields.malformed(at, "a zip64 number of 2^63 or more");
      }
      boolean agree =
          (small.offset == 0xffffffffL || small.offset == large.offset)
              && (small.size == 0xffffffffL || small.size == large.size)
              && (small.entries == 0xffff || small.entries == large.entries);
      if (!agree) {
        throw fields.malformed(at, "the zip64 end record contradicts the end record");
      }
      return large;
    }

    private ZipDirectory checked(ZipFields fields, long limit, Guard guard) {
      if (offset < 0 || size < 0 || offset > limit || size != limit - offset) {
        throw fields.malformed(
            limit, "a directory of " + size + " bytes at " + offset + ", expected to end here");
      }
      if (entries < 0 || entries > size / CENTRAL || size / LONGEST_ENTRY > entries) {
        throw fields.malformed(offset, entries + " entries in a directory of " + size + " bytes");
      }
      guard.require(Limit.ENTRIES, entries, fields.source().name());
      return this;
    }
  }
}
