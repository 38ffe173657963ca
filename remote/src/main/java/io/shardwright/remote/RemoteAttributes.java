package io.shardwright.remote;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a store says of an object, in Java's words: its version is its file key. */
record RemoteAttributes(Store.Entry entry) implements BasicFileAttributes {
  @Override
  public FileTime lastModifiedTime() {
    return entry.modified();
  }

  @Override
  public FileTime lastAccessTime() {
    return entry.modified();
  }

  @Override
  public FileTime creationTime() {
    return entry.modified();
  }

  @Override
  public boolean isRegularFile() {
    return !entry.folder();
  }

  @Override
  public boolean isDirectory() {
    return entry.folder();
  }

  @Override
  public boolean isSymbolicLink() {
    return false;
  }

  @Override
  public boolean isOther() {
    return false;
  }

  @Override
  public long size() {
    return entry.size();
  }

  @Override
  public Object fileKey() {
    return entry.version().orElse(null);
  }

  /** By the names of Java's view {@code basic}, between commas. */
  Map<String, Object> named(String names) {
    int view = names.indexOf(':');
    if (view >= 0 && !names.startsWith("basic:")) {
      throw new UnsupportedOperationException(names.substring(0, view));
    }
    Map<String, Object> all = all();
    var wanted = List.of(names.substring(view + 1).split(","));
    if (!wanted.contains("*")) {
      all.keySet().retainAll(wanted);
    }
    return all;
  }

  private Map<String, Object> all() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("size", size());
    all.put("lastModifiedTime", lastModifiedTime());
    all.put("lastAccessTime", lastAccessTime());
    all.put("creationTime", creationTime());
    all.put("isRegularFile", isRegularFile());
    all.put("isDirectory", isDirectory());
    all.put("isSymbolicLink", false);
    all.put("isOther", false);
    all.put("fileKey", fileKey());
    return all;
  }
}
