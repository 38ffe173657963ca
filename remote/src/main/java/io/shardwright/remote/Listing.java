package io.shardwright.remote;

import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/** A folder's entries, all of which are known. */
record Listing(List<Path> entries) implements DirectoryStream<Path> {
  static DirectoryStream<Path> of(List<Path> entries) {
    return new Listing(List.copyOf(entries));
  }

  @Override
  public Iterator<Path> iterator() {
    return entries.iterator();
  }

  @Override
  public void close() {}
}
