package io.shardwright.core.internal.codec.tar;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.guard.EntryNames;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Lists the members of a tar archive. Only headers are read; data is skipped. */
public final class TarIndex {
  private static final int BLOCK = TarHeader.BLOCK;
  private static final int ZEROS = 1 << 18;
  private static final int COST = 400;

  private final ByteSource source;
  private final Guard guard;
  private final TarExtensions extensions;
  private final List<Member> members = new ArrayList<>();
  private final Map<String, Member> files = new HashMap<>();
  private final Names names;

  private TarIndex(ByteSource source, Guard guard) {
    this.source = source;
    this.guard = guard;
    this.extensions = new TarExtensions(guard);
    this.names = new Names(source.name());
  }

  /**
   * Reads an archive's headers.
   *
   * @throws MalformedCheckpointException if it breaks the grammar
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if a name leads out of the archive,
   *     or there is more than a limit allows
   */
  public static TarIndex read(ByteSource source, Guard guard) {
    var index = new TarIndex(source, guard);
    index.readEntries();
    index.names.requireFilesHoldNothing();
    return index;
  }

  /** Whether a file begins with a header of a tar archive. */
  public static boolean recognizes(ByteSource source) {
    if (source.size() < BLOCK) {
      return false;
    }
    TarHeader first = TarHeader.read(source, 0);
    if (first.isEnd()) {
      return false;
    }
    try {
      first.requireChecksum();
      return true;
    } catch (MalformedCheckpointException none) {
      return false;
    }
  }

  private void readEntries() {
    long at = 0;
    for (long headers = 0; ; headers++) {
      // Up to two headers may precede each entry's own.
      guard.require(Limit.ENTRIES, headers / 3, source.name());
      guard.require(Limit.ENTRIES, members.size(), source.name());
      TarHeader header = TarHeader.read(source, at);
      if (header.isEnd()) {
        if (extensions.pending()) {
          throw header.malformed("ends where an entry must follow");
        }
        requireZeros(at);
        return;
      }
      header.requireChecksum();
      at = next(header);
    }
  }

  private long next(TarHeader header) {
    long size = header.size();
    switch (header.type()) {
      case '0', '\0', '7' -> {
        size = extensions.size().orElse(size);
        add(header, size, false);
      }
      case '5' -> add(header, extensions.size().orElse(size), true);
      case 'x', 'g', 'L' -> extensions.read(header);
      default ->
          throw header.malformed(
              "an entry of type '"
                  + header.type()
                  + "', expected files and folders only: links and devices are refused");
    }
    return header.at() + BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
  }

  private void add(TarHeader header, long size, boolean folderType) {
    String given = extensions.path().orElseGet(header::name);
    extensions.forget();
    boolean folder = folderType || given.endsWith("/");
    long data = header.at() + BLOCK;
    if (folder && size != 0 || size > source.size() - data) {
      throw header.malformed(
          "an entry of "
              + size
              + " bytes where "
              + (folder ? 0 : source.size() - data)
              + " can be: the archive is truncated or damaged");
    }
    String name = normalized(given, folder, header);
    guard.take(COST + 4L * name.length(), source.name());
    var member = new Member(name, folder, data, size);
    members.add(member);
    names.add(name, folder);
    if (!folder) {
      files.put(name, member);
    }
  }

  private String normalized(String given, boolean folder, TarHeader header) {
    String name = given;
    while (name.startsWith("./")) {
      name = name.substring(2);
    }
    name = folder && name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    if (folder && (name.equals(".") || name.isEmpty() && given.startsWith("."))) {
      return "";
    }
    EntryNames.require(name, guard, source.name() + " at byte " + header.at());
    return name;
  }

  private void requireZeros(long from) {
    for (long at = from; at < source.size(); at += ZEROS) {
      ByteBuffer rest = ByteBuffer.allocate((int) Math.min(ZEROS, source.size() - at));
      source.readFully(rest, at);
      if (!TarHeader.isZero(rest.flip())) {
        throw new MalformedCheckpointException(
            ErrorCode.TAR_MALFORMED,
            source.name() + " at byte " + at,
            "data after the end mark: the archive is damaged");
      }
    }
  }

  /** All entries in the archive's order. */
  public List<Member> members() {
    return List.copyOf(members);
  }

  /** A file's bytes, in place. */
  public Optional<ByteSource> open(String name) {
    return Optional.ofNullable(files.get(name))
        .map(member -> source.slice(member.offset(), member.size(), source.name() + "!" + name));
  }

  /**
   * An entry of an archive.
   *
   * @param name without a leading {@code ./}; empty for the root folder
   * @param offset first byte of its data
   */
  public record Member(String name, boolean folder, long offset, long size) {}

  /** The names of an archive, each of one entry on every system. Folders may be named again. */
  private static final class Names {
    /** A name as it first stood. */
    private record First(String name, boolean folder) {}

    private final String archive;
    private final Map<String, First> folded = new HashMap<>();

    Names(String archive) {
      this.archive = archive;
    }

    void add(String name, boolean folder) {
      First first = folded.putIfAbsent(EntryNames.folded(name), new First(name, folder));
      if (first == null || first.folder() && folder && first.name().equals(name)) {
        return;
      }
      throw malformed(
          first.name().equals(name)
              ? "the member '" + name + "' twice"
              : "members '"
                  + first.name()
                  + "' and '"
                  + name
                  + "', which are the same name on some systems");
    }

    void requireFilesHoldNothing() {
      for (String name : folded.keySet()) {
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
          First above = folded.get(name.substring(0, slash));
          if (above != null && !above.folder()) {
            throw malformed("'" + name + "' lies below a member that is a file");
          }
        }
      }
    }

    private MalformedCheckpointException malformed(String problem) {
      return new MalformedCheckpointException(ErrorCode.TAR_MALFORMED, archive, problem);
    }
  }
}
