package io.shardwright.core.internal.codec.tar;

import io.shardwright.core.internal.guard.EntryNames;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.HashMap;
import java.util.Map;

/** The names of an archive, each of one entry on every system. Folders may be named again. */
final class TarNames {
  /** A name as it first stood. */
  private record First(String name, boolean folder) {}

  private final String archive;
  private final Map<String, First> folded = new HashMap<>();

  TarNames(String archive) {
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
            : "members '" + first.name() + "' and '" + name + "', which some systems take for one");
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
