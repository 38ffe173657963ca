package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.outline.Member;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.format.Contents;
import io.shardwright.spi.format.StoredTensor;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an open file or folder of a third party's format holds. */
final class PluggedCheckpoint implements ModelSource {
  private final String format;
  private final OpenFiles files;
  private final List<String> notes;
  private final Map<String, SourceTensor> tensors = new LinkedHashMap<>();

  private PluggedCheckpoint(String format, OpenFiles files, List<String> notes) {
    this.format = format;
    this.files = files;
    this.notes = notes;
  }

  /**
   * Holds what a format says against the files.
   *
   * @throws MalformedCheckpointException if a tensor is not where it should be
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if there is more than a limit allows
   */
  static PluggedCheckpoint of(String format, OpenFiles files, Contents contents) {
    Guard guard = files.guard();
    guard.require(Limit.TENSORS, contents.tensors().size(), files.name());
    var checkpoint = new PluggedCheckpoint(format, files, contents.notes());
    var held = new HashMap<Object, Long>();
    long bytes = 0;
    for (StoredTensor stored : contents.tensors()) {
      var from = (FileBytes) stored.bytes();
      SourceTensor tensor = TensorPlace.of(stored, from, guard);
      bytes = Math.addExact(bytes, tensor.spec().byteSize());
      held.put(from.name(), from.size());
      checkpoint.add(tensor, from.name());
    }
    long stored = held.values().stream().mapToLong(Long::longValue).sum();
    guard.require(Limit.EXPAND_BYTES, Math.max(0, bytes - stored), files.name());
    return checkpoint;
  }

  private void add(SourceTensor tensor, String where) {
    if (tensors.put(tensor.spec().name(), tensor) != null) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MALFORMED, where, "holds '" + tensor.spec().name() + "' again");
    }
  }

  /** All tensors by name. */
  Map<String, SourceTensor> tensors() {
    return tensors;
  }

  @Override
  public boolean configured() {
    return false;
  }

  @Override
  public String format() {
    return format;
  }

  @Override
  public String name() {
    return files.name();
  }

  @Override
  public SourceFiles sourceFiles() {
    return SourceFiles.ofRanks(List.of(RankFile.whole(name(), tensors, Map.of())));
  }

  /** A folder's files; a file alone has none within it. */
  @Override
  public List<Member> contents() {
    return files.isFolder()
        ? opened().stream()
            .map(file -> new Member(String.valueOf(file.path().getFileName()), file.size()))
            .toList()
        : List.of();
  }

  @Override
  public Guard guard() {
    return files.guard();
  }

  @Override
  public Collection<FileSource> opened() {
    return files.opened();
  }

  @Override
  public void requireIntact() {
    files.requireIntact();
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public void close() {
    files.close();
  }
}
