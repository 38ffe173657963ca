package com.example.host;

import io.shardwright.Shardwright;
import io.shardwright.core.Device;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RunOptions;
import java.nio.file.Path;

/** A program that changes how a checkpoint is cut. */
public final class Host {
  private Host() {}

  /** Writes a model for ranks of tensor parallelism. */
  static Report reshard(Path source, Path target, int ranks, Device device) {
    var request =
        ReshardRequest.builder(source, target)
            .tensorModelParallelSize(ranks)
            .run(RunOptions.DEFAULT.withDevice(device))
            .build();
    return Shardwright.create().run(request, ProgressListener.SILENT);
  }

  /** SOURCE TARGET RANKS. */
  public static void main(String[] args) {
    int ranks = Integer.parseInt(args[2]);
    Report report = reshard(Path.of(args[0]), Path.of(args[1]), ranks, Device.JVM);
    System.out.println(report.verified() ? "verified" : "not verified");
  }
}
