package io.shardwright.core.internal.codec.tar;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.SourceChannel;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarFile;

/** The members of a tar archive. Only headers are read; bodies are skipped. */
public final class TarIndex {
  private static final int MAX_NAME = 4_096;

  private final ByteSource source;
  private final List<TarMember> members = new ArrayList<>();
  private final Map<String, TarMember> files = new HashMap<>();

  private TarIndex(ByteSource source) {
    this.source = source;
  }

  /**
   * Reads an archive's headers.
   *
   * @throws MalformedCheckpointException if it breaks the grammar
   * @throws UnsafeCheckpointException if a name leads out of the archive
   */
  public static TarIndex read(ByteSource source) {
    new TarHeaders(source).require();
    var index = new TarIndex(source);
    try (var tar = open(new SourceChannel(source))) {
      for (TarArchiveEntry entry : tar.getEntries()) {
        index.add(entry);
      }
    } catch (IOException | IllegalArgumentException failure) {
      throw new MalformedCheckpointException(
          ErrorCode.TAR_MALFORMED, source.name(), "can't be read: " + failure.getMessage());
    }
    index.refuseAmbiguousNames();
    return index;
  }

  /** Names are UTF-8 whatever the machine's locale says. */
  private static TarFile open(SourceChannel channel) throws IOException {
    return new TarFile(
        channel, TarConstants.DEFAULT_BLKSIZE, TarConstants.DEFAULT_RCDSIZE, "UTF-8", false);
  }

  private void add(TarArchiveEntry entry) {
    String name = normalized(entry.getName());
    var member = new TarMember(name, entry.isDirectory(), entry.getDataOffset(), entry.getSize());
    boolean inside =
        member.size() >= 0
            && member.offset() >= 0
            && member.size() <= source.size()
            && member.offset() <= source.size() - member.size();
    if (!inside) {
      throw malformed("'" + name + "' ends outside the archive");
    }
    if (!member.folder() && name.isEmpty()) {
      throw malformed("a file without a name");
    }
    members.add(member);
    if (!member.folder() && files.put(name, member) != null) {
      throw malformed("the member '" + name + "' twice");
    }
  }

  private String normalized(String given) {
    String name = given;
    while (name.startsWith("./")) {
      name = name.substring(2);
    }
    name = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    if (name.equals(".")) {
      return "";
    }
    boolean odd =
        given.length() > MAX_NAME
            || given.startsWith("/")
            || name.chars().anyMatch(c -> c < ' ' || c == 0x7f || c == '\\' || c == 0xfffd)
            || name.matches("(?s)[A-Za-z]:.*");
    for (String part : name.split("/", -1)) {
      odd |= part.equals("..") || part.equals(".") || part.isEmpty() && !name.isEmpty();
    }
    if (odd) {
      throw new UnsafeCheckpointException(
          ErrorCode.PATH_ESCAPE,
          source.name(),
          "a member's name leads out of the archive or is no plain path: '"
              + given
              + "'; do not extract this file with other tools");
    }
    return name;
  }

  private void refuseAmbiguousNames() {
    var folded = new HashMap<String, String>();
    for (String name : files.keySet()) {
      String other = folded.put(name.toLowerCase(Locale.ROOT), name);
      if (other != null) {
        throw malformed("members '" + other + "' and '" + name + "', which differ only in case");
      }
      for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
        if (files.containsKey(name.substring(0, slash))) {
          throw malformed("'" + name + "' lies below a member that is a file");
        }
      }
    }
  }

  private MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(ErrorCode.TAR_MALFORMED, source.name(), problem);
  }

  /** All entries in the archive's order. */
  public List<TarMember> members() {
    return List.copyOf(members);
  }

  /** A file's bytes, in place. */
  public Optional<ByteSource> open(String name) {
    return Optional.ofNullable(files.get(name))
        .map(member -> source.slice(member.offset(), member.size(), source.name() + "!" + name));
  }
}
