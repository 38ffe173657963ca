package io.shardwright.core.internal.codec.zip;

import static io.shardwright.core.internal.codec.zip.ZipFields.u2;
import static io.shardwright.core.internal.codec.zip.ZipFields.u4;

import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import java.nio.ByteBuffer;

/**
 * The place of a zip's central directory, from the end record, which must be the file's last 22
 * bytes. It is not searched for, so that nothing can be smuggled in.
 */
record ZipDirectory(long offset, long size, long entries) {
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
          size - END, "no end record, expected PK\\5\\6: the file is truncated or no zip");
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
