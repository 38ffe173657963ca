package io.shardwright.core.internal.format;

import io.shardwright.core.internal.execute.Progress;
import io.shardwright.core.internal.execute.TargetLayout;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.execute.Written;
import java.nio.file.Path;
import java.util.List;

/** The layout of a target of any format. */
public interface CheckpointTarget extends TargetLayout {
  /** Bytes that a verification reads. */
  long verifiedBytes();

  /** What a user should know of it. */
  default List<String> notes() {
    return List.of();
  }

  /**
   * Opens what was staged by its format's reader and compares it with the plan and with what was
   * read from the source.
   *
   * @throws io.shardwright.spi.error.CheckpointException if it differs or can't be read
   */
  void verify(Path staged, Written written, Progress progress, Workers workers);
}
