package io.shardwright.core.internal.codec.zip;

import static io.shardwright.core.internal.codec.zip.ZipFields.u2;
import static io.shardwright.core.internal.codec.zip.ZipFields.u4;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.guard.EntryNames;
import io.shardwright.core.internal.guard.Guard;
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
}
