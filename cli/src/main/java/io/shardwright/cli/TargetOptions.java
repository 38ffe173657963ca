package io.shardwright.cli;

import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.RunOptions;
import picocli.CommandLine.Option;

/** How a target is written: options of all commands that write a checkpoint. */
final class TargetOptions {
  @Option(names = "--dry-run", description = "Print the plan and write nothing.")
  private boolean dry;

  @Option(names = "--overwrite", description = "Replace an existing target.")
  private boolean overwrite;

  @Option(
      names = "--resume",
      description = {
        "Resume an interrupted run.",
        "Data already written is read back and compared."
      })
  private boolean resume;

  @Option(names = "--no-verify", description = "Do not read the target back.")
  private boolean noVerify;

  @Option(names = "--no-sync", description = "Do not force the target to disk.")
  private boolean noSync;

  @Option(
      names = "--manifest",
      description = "Write DST.manifest.json: SHA-256 per logical tensor.")
  private boolean manifest;

  @Option(names = "--mkdirs", description = "Create missing parent folders of the target.")
  private boolean mkdirs;

  boolean dry() {
    return dry;
  }

  RunOptions run() {
    return RunOptions.DEFAULT.withResume(resume).withKeep(true).withMkdirs(mkdirs);
  }

  /** Says to what was planned before what is each process's own. */
  ReshardRequestBuilder own(ReshardRequestBuilder request) {
    return noSync ? request.sync(false) : request;
  }

  /** Says it to a request. */
  ReshardRequestBuilder in(ReshardRequestBuilder request) {
    return request.overwrite(overwrite).verify(!noVerify).sync(!noSync).manifest(manifest);
  }
}
