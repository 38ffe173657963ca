package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Output files that compare what would be written with what existing files hold. */
public final class ComparedFiles implements OutputFiles, AutoCloseable {
  private final Supplier<CheckpointException> difference;
  private final UnaryOperator<CheckpointException> unread;
  private final List<FileSource> files = new ArrayList<>();

  /**
   * Opens files.
   *
   * @param root a file, or a folder of files
   * @param difference thrown where one is missing, or its size or bytes differ
   * @param unread what a failure to read one of them becomes
   */
  public ComparedFiles(
      Path root,
      List<OutputFile> wanted,
      Supplier<CheckpointException> difference,
      UnaryOperator<CheckpointException> unread) {
    this.difference = difference;
    this.unread = unread;
    try {
      wanted.forEach(file -> reading(() -> open(StagedOutput.path(root, file), file.size())));
    } catch (RuntimeException refusal) {
      close();
      throw refusal;
    }
  }

  private void open(Path path, long size) {
    require(Files.isRegularFile(path));
    var file = new FileSource(path, path.toString());
    files.add(file);
    require(file.size() == size);
  }

  private void require(boolean same) {
    if (!same) {
      throw difference.get();
    }
  }

  @Override
  public void write(ByteBuffer bytes, Place place) {
    ByteBuffer there = ByteBuffer.allocate(bytes.remaining());
    read(there, place);
    require(there.flip().equals(bytes));
    bytes.position(bytes.limit());
  }

  @Override
  public void read(ByteBuffer bytes, Place place) {
    reading(() -> files.get(place.file()).readFully(bytes, place.offset()));
  }

  private void reading(Runnable attempt) {
    try {
      attempt.run();
    } catch (CheckpointIoException failure) {
      throw failure.code() == ErrorCode.READ_FAILED ? unread.apply(failure) : failure;
    }
  }

  @Override
  public void close() {
    files.forEach(file -> reading(file::close));
  }
}
