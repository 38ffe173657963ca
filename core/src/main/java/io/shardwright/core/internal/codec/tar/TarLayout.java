package io.shardwright.core.internal.codec.tar;

import io.shardwright.core.internal.bytes.Piece;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * The layout of a tar archive to be written, computed before its members are read. It follows
 * Python's {@code tarfile}: names begin with {@code ./}, folders have entries, sizes of 8 GiB and
 * more are in a pax header, and the end is padded to 10,240 bytes. Times are zero, so that the same
 * input gives the same bytes.
 */
public final class TarLayout {
  private static final int RECORD = 10_240;
  private static final int BLOCK = TarHeader.BLOCK;

  private final Map<String, Long> offsets = new LinkedHashMap<>();
  private final List<Piece> pieces = new ArrayList<>();
  private long end;

  private TarLayout() {}

  /** Lays out members by name and size, in order; their folders come before them. */
  public static TarLayout of(Map<String, Long> sizes) {
    var layout = new TarLayout();
    layout.header("./", 0);
    Set<String> folders = new LinkedHashSet<>();
    sizes.forEach(
        (name, size) -> {
          for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
            if (folders.add(name.substring(0, slash + 1))) {
              layout.header("./" + name.substring(0, slash + 1), 0);
            }
          }
          layout.member(name, size);
        });
    layout.finish();
    return layout;
  }

  private void member(String name, long size) {
    header("./" + name, size);
    offsets.put(name, end);
    end = Math.addExact(end, size);
    pad((int) ((BLOCK - end % BLOCK) % BLOCK));
  }

  private void header(String name, long size) {
    var entry = new TarArchiveEntry(name);
    entry.setSize(size);
    entry.setModTime(0L);
    entry.setMode(entry.isDirectory() ? 0755 : 0644);
    byte[] bytes = bytes(entry);
    pieces.add(new Piece(end, bytes));
    end += bytes.length;
  }

  /** The library's header for an entry, without its data and the archive's end. */
  private static byte[] bytes(TarArchiveEntry entry) {
    var out = new ByteArrayOutputStream();
    try {
      var tar = new TarArchiveOutputStream(out, "UTF-8");
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      tar.setAddPaxHeadersForNonAsciiNames(true);
      tar.putArchiveEntry(entry);
      tar.flush();
      return out.toByteArray();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private void pad(int count) {
    if (count > 0) {
      pieces.add(new Piece(end, new byte[count]));
      end += count;
    }
  }

  private void finish() {
    pad(2 * BLOCK);
    pad((int) ((RECORD - end % RECORD) % RECORD));
  }

  /** Size of the archive. */
  public long size() {
    return end;
  }

  /** Where a member's bytes begin. */
  public long dataOffset(String name) {
    return offsets.get(name);
  }

  /** Everything but the members' bytes. */
  public List<Piece> pieces() {
    return List.copyOf(pieces);
  }
}
