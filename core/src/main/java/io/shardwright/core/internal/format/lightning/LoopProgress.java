package io.shardwright.core.internal.format.lightning;

import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import java.util.List;

/**
 * How far Lightning's loops are within their first epoch (pytorch_lightning 2.0.9, {@code
 * loops/progress.py}).
 */
final class LoopProgress {
  private static final List<String> BATCHES = List.of("ready", "started", "processed", "completed");
  private static final List<String> CLEARED = List.of("ready", "started", "completed");
  private static final List<String> DONE = List.of("ready", "completed");

  private LoopProgress() {}

  /** The loops of a training that made so many steps. */
  static Obj after(long steps) {
    String epoch = "epoch_loop.";
    String automatic = epoch + "automatic_optimization.";
    String manual = epoch + "manual_optimization.";
    Obj fit =
        Obj.empty()
            .put("state_dict", Obj.empty())
            .put(epoch + "state_dict", Obj.empty().put("_batches_that_stepped", Num.of(steps)))
            .put(epoch + "batch_progress", batches(steps))
            .put(epoch + "scheduler_progress", both(DONE, steps))
            .put(automatic + "state_dict", Obj.empty())
            .put(
                automatic + "optim_progress",
                Obj.empty()
                    .put(
                        "optimizer",
                        Obj.empty()
                            .put("step", both(DONE, steps))
                            .put("zero_grad", both(CLEARED, steps))))
            .put(manual + "state_dict", Obj.empty())
            .put(manual + "optim_step_progress", both(DONE, 0))
            .put(epoch + "val_loop.state_dict", Obj.empty())
            .put(epoch + "val_loop.batch_progress", batches(0))
            .put("epoch_progress", epoch());
    return Obj.empty()
        .put("fit_loop", fit)
        .put("validate_loop", loop())
        .put("test_loop", loop())
        .put("predict_loop", loop());
  }

  private static Obj loop() {
    return Obj.empty().put("state_dict", Obj.empty()).put("batch_progress", batches(0));
  }

  private static Obj batches(long steps) {
    return both(BATCHES, steps).put("is_last_batch", new Bool(false));
  }

  private static Obj both(List<String> counts, long steps) {
    return Obj.empty().put("total", all(counts, steps)).put("current", all(counts, steps));
  }

  private static Obj all(List<String> counts, long steps) {
    Obj all = Obj.empty();
    counts.forEach(key -> all.put(key, Num.of(steps)));
    return all;
  }

  /** The epoch was begun, and isn't over. */
  private static Obj epoch() {
    Obj begun = all(List.of("ready", "started"), 1);
    List.of("processed", "completed").forEach(key -> begun.put(key, Num.of(0)));
    return Obj.empty().put("total", begun).put("current", begun.copy());
  }
}
