package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Output files that are written front to back, one at a time, for targets that may be no disk.
 * Nothing is forced; an object is complete when its channel is closed.
 */
final class FilesInOrder implements StagedOutput {
  private final Path staged;
  private final WriteFailure failure;
  private List<OutputFile> files = List.of();
  private int opened;
  private SeekableByteChannel channel;

  FilesInOrder(Path staged, WriteFailure failure) {
    this.staged = staged;
    this.failure = failure;
  }

  @Override
  public void open(List<OutputFile> all, boolean again) throws IOException {
    files = all;
    if (all.isEmpty()) {
      Files.createDirectories(staged);
    }
  }

  @Override
  public boolean inOrder() {
    return true;
  }

  @Override
  public void write(ByteBuffer bytes, Place place) {
    try {
      openUpTo(place.file() + 1);
      if (channel.position() != place.offset()) {
        throw new IllegalStateException(place + " is not where " + staged + " ends");
      }
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  /** Empty files too. */
  private void openUpTo(int count) throws IOException {
    while (opened < count) {
      close();
      Path path = StagedOutput.path(staged, files.get(opened));
      Files.createDirectories(path.getParent());
      channel = Files.newByteChannel(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      opened++;
    }
  }

  @Override
  public void read(ByteBuffer bytes, Place place) {
    throw new IllegalStateException("data written sequentially can't be read back");
  }

  @Override
  public void seal() throws IOException {
    openUpTo(files.size());
    close();
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }
}
