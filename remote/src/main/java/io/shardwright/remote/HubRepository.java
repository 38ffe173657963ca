package io.shardwright.remote;

import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A repository at one commit.
 *
 * @param commit its id
 * @param files by their paths
 */
record HubRepository(String commit, NavigableMap<String, HubFile> files) {
  Optional<Store.Entry> entry(String path) {
    HubFile file = files.get(path);
    if (file != null) {
      return Optional.of(Store.Entry.ofFile(file.size(), Store.Entry.UNKNOWN, file.version()));
    }
    String next = path.isEmpty() ? "" : files.ceilingKey(path + "/");
    boolean folder = next != null && (path.isEmpty() || next.startsWith(path + "/"));
    return folder ? Optional.of(Store.Entry.ofFolder()) : Optional.empty();
  }

  List<String> names(String folder) {
    String start = folder.isEmpty() ? "" : folder + "/";
    var names = new TreeSet<String>();
    for (String path : files.tailMap(start, true).keySet()) {
      if (!path.startsWith(start)) {
        break;
      }
      names.add(path.substring(start.length()).replaceFirst("/.*", ""));
    }
    return List.copyOf(names);
  }
}
