package io.shardwright.faults;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;

/** A disk that says what {@link Faults} want it to say about its room. */
final class FaultyStore extends FileStore {
  private final FileStore real;
  private final Faults faults;

  FaultyStore(FileStore real, Faults faults) {
    this.real = real;
    this.faults = faults;
  }

  @Override
  public long getUsableSpace() throws IOException {
    return faults.free(real.getUsableSpace());
  }

  @Override
  public long getUnallocatedSpace() throws IOException {
    return getUsableSpace();
  }

  @Override
  public long getTotalSpace() throws IOException {
    return real.getTotalSpace();
  }

  @Override
  public String name() {
    return real.name();
  }

  @Override
  public String type() {
    return faults.type(real.type());
  }

  @Override
  public boolean isReadOnly() {
    return real.isReadOnly();
  }

  @Override
  public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
    return real.supportsFileAttributeView(type);
  }

  @Override
  public boolean supportsFileAttributeView(String name) {
    return real.supportsFileAttributeView(name);
  }

  @Override
  public <V extends FileStoreAttributeView> V getFileStoreAttributeView(Class<V> type) {
    return real.getFileStoreAttributeView(type);
  }

  @Override
  public Object getAttribute(String attribute) throws IOException {
    return real.getAttribute(attribute);
  }
}
