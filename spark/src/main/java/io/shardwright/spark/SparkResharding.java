package io.shardwright.spark;

import io.shardwright.SavedPlan;
import io.shardwright.Shardwright;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RunOptions;
import io.shardwright.core.RunOptions.Part;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;

/**
 * Runs a plan as a job of Spark. A task writes one part of the target, as {@code reshard --part
 * I/N} does ({@code docs/cluster.md}); when all are written, one more task completes, verifies and
 * publishes it. The driver plans, from headers alone; no tensor passes through it or a shuffle.
 *
 * <p>A task may be killed, retried, or run twice at once: a part's bytes are the same whoever
 * writes them. Source and target must have the same names on the driver and on all executors.
 */
public final class SparkResharding {
  /** What a lost task has to write again at most, about. */
  private static final long LARGEST_PART = 4L << 30;

  private SparkResharding() {}

  /**
   * What was done.
   *
   * @param target the checkpoint that was written
   * @param parts how many tasks wrote it
   * @param bytesRead of the source, by all tasks
   * @param bytesWritten size of the target
   * @param verified whether the target was read back
   */
  public record Done(String target, int parts, long bytesRead, long bytesWritten, boolean verified)
      implements Serializable {}

  /**
   * Runs a plan with the families and formats on the class path.
   *
   * @param context where the tasks run
   * @param plan a plan of {@link Shardwright#plan}
   * @return what was done
   * @throws CheckpointException if anything fails; nothing has the target's name then, and what was
   *     written stays for the next run
   */
  public static Done run(JavaSparkContext context, ReshardPlan plan) {
    return run(context, Shardwright.create(), plan.request());
  }

  /**
   * Plans a request and runs it.
   *
   * @param context where the tasks run
   * @param shardwright finds the families and formats; jars that it was given must be on the
   *     executors too
   * @param request the source, the target and the changes
   * @return what was done
   * @throws CheckpointException if anything fails; nothing has the target's name then, and what was
   *     written stays for the next run
   */
  public static Done run(
      JavaSparkContext context, Shardwright shardwright, ReshardRequest request) {
    SavedPlan plan = SavedPlan.of(shardwright, request);
    int parts = parts(context, plan, request.target());
    Broadcast<byte[]> bytes = context.broadcast(plan.bytes());
    LongAccumulator read = context.sc().longAccumulator("bytes read");
    LongAccumulator written = context.sc().longAccumulator("tensor bytes written");
    try {
      var numbers = IntStream.rangeClosed(1, parts).boxed().toList();
      var refusals =
          context
              .parallelize(numbers, parts)
              .flatMap(new PartTask(bytes, parts, read, written))
              .collect();
      if (!refusals.isEmpty()) {
        throw refusals.get(0);
      }
      Done done = context.parallelize(List.of(parts), 1).map(new FinishTask(bytes)).first();
      return new Done(done.target(), parts, read.value(), done.bytesWritten(), done.verified());
    } catch (Exception failure) {
      throw cause(failure);
    } finally {
      bytes.destroy();
    }
  }

  /** One for each core, and more where they would be long; as many as were begun with. */
  private static int parts(JavaSparkContext context, SavedPlan plan, Path target) {
    long wanted = Math.max(context.defaultParallelism(), plan.targetBytes() / LARGEST_PART);
    return SavedPlan.begun(target).orElse((int) Math.min(Part.MOST, wanted));
  }

  /** Spark wraps what a task threw. */
  private static RuntimeException cause(Exception failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof CheckpointException refusal) {
        return refusal;
      }
    }
    return failure instanceof RuntimeException unchecked
        ? unchecked
        : new CheckpointIoException(
            ErrorCode.READ_FAILED,
            "Spark",
            "the job failed: "
                + (failure instanceof SparkException ? failure.getMessage() : failure));
  }

  /** Tells the refusal that no retry would change, if there is one. */
  private record PartTask(
      Broadcast<byte[]> plan, int parts, LongAccumulator read, LongAccumulator written)
      implements FlatMapFunction<Integer, CheckpointException> {

    @Override
    public Iterator<CheckpointException> call(Integer number) {
      try {
        write(new Part(number, parts));
        return List.<CheckpointException>of().iterator();
      } catch (CheckpointIoException perhapsOnce) {
        throw perhapsOnce;
      } catch (CheckpointException refusal) {
        return List.of(refusal).iterator();
      }
    }

    private void write(Part part) {
      SavedPlan saved = SavedPlan.read(plan.value(), "the plan of part " + part);
      var asked = saved.request();
      RunOptions own = asked.build().run().withPart(part);
      var request = asked.run(own.withThreads(TaskContext.get().cpus())).build();
      var task = new Task(TaskContext.get(), written::add);
      Report report = task.during(() -> saved.shardwright().build().run(request, task));
      read.add(report.bytesRead());
    }
  }

  /** Completes the target. */
  private record FinishTask(Broadcast<byte[]> plan) implements Function<Integer, Done> {
    @Override
    public Done call(Integer parts) {
      SavedPlan saved = SavedPlan.read(plan.value(), "the plan");
      ReshardRequest request = saved.request().build();
      Path target = request.target();
      var context = TaskContext.get();
      if (context.attemptNumber() > 0 && isPublished(target)) {
        return new Done(target.toString(), parts, 0, saved.targetBytes(), request.verify());
      }
      RunOptions run = RunOptions.DEFAULT.withThreads(context.cpus());
      var task = new Task(context, bytes -> {});
      var shardwright = saved.shardwright().build();
      Report report = task.during(() -> SavedPlan.finish(shardwright, target, run, task));
      return new Done(target.toString(), parts, 0, report.bytesWritten(), report.verified());
    }

    /** An attempt may have been lost behind its last step. */
    private static boolean isPublished(Path target) {
      return Files.exists(target) && SavedPlan.begun(target).isEmpty();
    }
  }
}
