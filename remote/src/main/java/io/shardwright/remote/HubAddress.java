package io.shardwright.remote;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a path names on the hub: {@code hf://org/name[@revision][/path]}.
 *
 * @param id {@code org/name}
 * @param revision a branch, a tag or a commit; {@code main} where none is said
 * @param file path in the repository, empty for all of it
 */
record HubAddress(String id, String revision, String file) {
  private static final String MAIN = "main";

  /** Empty for what is shorter. */
  static Optional<HubAddress> of(RemotePath path) {
    var names = new ArrayList<>(path.names());
    if (names.size() < 2) {
      return Optional.empty();
    }
    String name = names.get(1);
    int sign = name.indexOf('@');
    String revision = sign < 0 ? MAIN : name.substring(sign + 1);
    int rest = 2;
    // The hub's own branches have slashes in their names: refs/pr/1, refs/convert/parquet.
    if (revision.equals("refs") && names.size() >= 4) {
      revision = String.join("/", "refs", names.get(2), names.get(3));
      rest = 4;
    }
    String id = names.get(0) + "/" + (sign < 0 ? name : name.substring(0, sign));
    return Optional.of(
        new HubAddress(id, revision, String.join("/", names.subList(rest, names.size()))));
  }

  /** The names of the path at a commit. */
  List<String> at(String commit) {
    var names = new ArrayList<>(RemotePath.split(id + "@" + commit));
    names.addAll(RemotePath.split(file));
    return names;
  }

  /** The repository for messages. */
  String where() {
    return "hf://" + id + (revision.equals(MAIN) ? "" : "@" + revision);
  }
}
