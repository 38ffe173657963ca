package io.shardwright.core.internal.codec.zip;

import static io.shardwright.core.internal.codec.zip.ZipFields.u2;
import static io.shardwright.core.internal.codec.zip.ZipFields.u4;

import java.nio.ByteBuffer;

/**
 * Checks the records around an entry's data: the local header before it and the descriptor after
 * it.
 */
record ZipLocal(ZipFields fields) {
  private static final int LOCAL = 30;
  private static final int SIGNATURE = 0x08074b50;
  private static final long WIDE = 0xffffffffL;

  /** The member with its data's offset, if its local header says what the directory says. */
  ZipMember compare(ZipMember member, byte[] name) {
    ByteBuffer head = fields.at(member.headerOffset(), LOCAL);
    int nameLength = u2(head, 26);
    boolean same =
        head.getInt(0) == 0x04034b50
            && u2(head, 6) == member.flags()
            && u2(head, 8) == member.method()
            && nameLength == name.length;
    same =
        same && fields.at(member.headerOffset() + LOCAL, nameLength).equals(ByteBuffer.wrap(name));
    if (!same || !sizesAgree(member, head)) {
      throw fields.malformed(
          member.headerOffset(),
          "the local header of '" + member.name() + "' contradicts the directory");
    }
    return member.at(Math.addExact(member.headerOffset(), LOCAL + nameLength + u2(head, 28)));
  }

  private boolean sizesAgree(ZipMember member, ByteBuffer head) {
    long crc = u4(head, 14);
    long compressed = u4(head, 18);
    long size = u4(head, 22);
    if (compressed == WIDE || size == WIDE) {
      long extraAt = member.headerOffset() + LOCAL + u2(head, 26);
      byte[] extra = new byte[u2(head, 28)];
      fields.at(extraAt, extra.length).get(extra);
      var wide = Zip64.widenLocal(size, compressed, extra, fields, extraAt);
      size = wide.size();
      compressed = wide.compressed();
    }
    boolean described = member.described();
    return agrees(crc, member.crc(), described)
        && agrees(compressed, member.compressedSize(), described)
        && agrees(size, member.size(), described);
  }

  private static boolean agrees(long local, long central, boolean described) {
    return local == central || described && local == 0;
  }

  /**
   * First byte after a member and its descriptor, which says what the directory says. Checksums
   * that are off are zero in the directory, whatever a descriptor says.
   */
  long afterDescriptor(ZipMember member, long limit) {
    long at = member.end();
    if (!member.described() || startsRecord(at)) {
      return at;
    }
    boolean signed = limit - at >= 4 && fields.at(at, 4).getInt(0) == SIGNATURE;
    int start = signed ? 4 : 0;
    for (int width : new int[] {4, 8}) {
      int length = start + 4 + 2 * width;
      if (length <= limit - at && describes(member, fields.at(at, length), start, width)) {
        return at + length;
      }
    }
    throw fields.malformed(
        at, "the descriptor of '" + member.name() + "' contradicts the directory");
  }

  /** Whether the next entry or the directory is here, with no descriptor before it. */
  private boolean startsRecord(long at) {
    int next = fields.at(at, 4).getInt(0);
    return next == 0x04034b50 || next == 0x02014b50;
  }

  private static boolean describes(ZipMember member, ByteBuffer found, int start, int width) {
    boolean wide = width == 8;
    long compressed = wide ? found.getLong(start + 4) : u4(found, start + 4);
    long size = wide ? found.getLong(start + 12) : u4(found, start + 8);
    return (u4(found, start) == member.crc() || member.crc() == 0)
        && compressed == member.compressedSize()
        && size == member.size();
  }
}
