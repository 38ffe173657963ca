package io.shardwright.cli;

import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.RunOptions;
import picocli.CommandLine.Option;

/** What to do with what is there already: options of all commands that write a checkpoint. */
final class TargetOptions {
  @Option(names = "--overwrite", description = "Replace an existing target.")
  private boolean overwrite;

  @Option(
      names = "--resume",
      description = "Go on with what an interrupted run left, checked by hash.")
  private boolean resume;

  /** Says it to a request. */
  ReshardRequestBuilder in(ReshardRequestBuilder request) {
    return in(request, RunOptions.DEFAULT);
  }

  /** Says it to a request that is run in some way. */
  ReshardRequestBuilder in(ReshardRequestBuilder request, RunOptions run) {
    return request.overwrite(overwrite).run(run.withResume(resume));
  }
}
