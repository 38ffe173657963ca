package io.shardwright.faults;

import io.shardwright.faults.Faults.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A real file whose operations may fail, or do less than they were asked for. */
final class FaultyChannel extends FileChannel {
  private final FileChannel real;
  private final Path path;
  private final Faults faults;

  FaultyChannel(FileChannel real, Path path, Faults faults) {
    this.real = real;
    this.path = path;
    this.faults = faults;
  }

  @FunctionalInterface
  private interface Transfer {
    int of(ByteBuffer bytes) throws IOException;
  }

  private int some(Operation operation, ByteBuffer bytes, Transfer transfer) throws IOException {
    faults.before(operation, path);
    int limit = bytes.limit();
    bytes.limit(bytes.position() + faults.most(bytes.remaining()));
    try {
      return transfer.of(bytes);
    } finally {
      bytes.limit(limit);
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return some(Operation.READ, target, real::read);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return some(Operation.READ, target, bytes -> real.read(bytes, position));
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int count = some(Operation.WRITE, source, real::write);
    faults.wrote(path, real.position() - count, count);
    return count;
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    int count = some(Operation.WRITE, source, bytes -> real.write(bytes, position));
    faults.wrote(path, position, count);
    return count;
  }

  /** A test has no use for a durable file. */
  @Override
  public void force(boolean metaData) throws IOException {
    faults.before(Operation.FORCE, path);
  }

  /** The kernel closes a file whatever it says. */
  @Override
  protected void implCloseChannel() throws IOException {
    real.close();
    faults.before(Operation.CLOSE, path);
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    real.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return real.size();
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    real.truncate(size);
    return this;
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return real.tryLock(position, size, shared);
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    return real.transferTo(position, count, target);
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException();
  }
}
