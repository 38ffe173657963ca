package io.shardwright.core.internal.codec.tar;

import io.shardwright.core.internal.guard.EntryNames;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The extension headers of a tar entry: pax records and GNU's long names. Changes of the name and
 * the size are applied; what could change the kind of entry is refused.
 */
final class TarExtensions {
  private static final Set<String> IGNORED =
      Set.of("mtime", "atime", "ctime", "uid", "gid", "uname", "gname", "comment");
  private static final Set<String> IGNORED_VENDORS = Set.of("SCHILY", "LIBARCHIVE");

  private final Guard guard;
  private Optional<String> path = Optional.empty();
  private OptionalLong size = OptionalLong.empty();
  private boolean pending;

  TarExtensions(Guard guard) {
    this.guard = guard;
  }

  Optional<String> path() {
    return path;
  }

  OptionalLong size() {
    return size;
  }

  /** Whether an entry must follow. */
  boolean pending() {
    return pending;
  }

  void forget() {
    path = Optional.empty();
    size = OptionalLong.empty();
    pending = false;
  }

  void read(TarHeader header) {
    long length = header.size();
    long data = header.at() + TarHeader.BLOCK;
    if (length > header.source().size() - data) {
      throw header.malformed("a header of " + length + " bytes that ends outside the archive");
    }
    guard.require(Limit.ARCHIVE_HEADER_BYTES, length, header.source().name());
    ByteBuffer text = ByteBuffer.allocate((int) length);
    header.source().readFully(text, data);
    text.flip();
    pending |= header.type() != 'g';
    if (header.type() == 'L') {
      longName(text.array(), header);
    } else {
      records(text, header);
    }
  }

  private void longName(byte[] bytes, TarHeader header) {
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    named(EntryNames.decode(java.util.Arrays.copyOf(bytes, end), header.source().name()), header);
  }

  private void named(String name, TarHeader header) {
    if (path.isPresent()) {
      throw header.malformed("an entry with two long names");
    }
    path = Optional.of(name);
  }

  private void records(ByteBuffer records, TarHeader header) {
    while (records.hasRemaining()) {
      int start = records.position();
      int length = 0;
      byte digit = records.get();
      while (digit >= '0' && digit <= '9' && length < records.limit() && records.hasRemaining()) {
        length = length * 10 + digit - '0';
        digit = records.get();
      }
      int body = records.position();
      boolean whole =
          digit == ' '
              && length > body - start
              && length <= records.limit() - start
              && records.get(start + length - 1) == '\n';
      if (!whole) {
        throw header.malformed("a pax record that is not 'length key=value'");
      }
      byte[] text = new byte[start + length - 1 - body];
      records.get(text).get();
      record(text, header);
    }
  }

  private void record(byte[] text, TarHeader header) {
    String record = new String(text, StandardCharsets.ISO_8859_1);
    int equals = record.indexOf('=');
    String key = record.substring(0, Math.max(0, equals));
    boolean global = header.type() == 'g';
    if (key.equals("path") && !global) {
      byte[] value = java.util.Arrays.copyOfRange(text, equals + 1, text.length);
      named(EntryNames.decode(value, header.source().name()), header);
    } else if (key.equals("size") && !global && size.isEmpty()) {
      size = OptionalLong.of(size(record.substring(equals + 1), header));
    } else if (!IGNORED.contains(key) && !IGNORED_VENDORS.contains(key.split("\\.", 2)[0])) {
      throw header.malformed("a pax record '" + key + "', which is refused there");
    }
  }

  private static long size(String value, TarHeader header) {
    if (!value.matches("[0-9]{1,18}")) {
      throw header.malformed("a pax size that is not a number");
    }
    return Long.parseLong(value);
  }
}
