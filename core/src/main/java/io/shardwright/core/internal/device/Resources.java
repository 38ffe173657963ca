package io.shardwright.core.internal.device;

import io.shardwright.core.Device;
import io.shardwright.core.RunOptions;
import io.shardwright.core.internal.execute.Executor.Conditions;
import io.shardwright.core.internal.execute.Footprint;
import io.shardwright.core.internal.execute.Journal;
import io.shardwright.core.internal.execute.JvmBackend;
import io.shardwright.core.internal.execute.TensorBackend;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.execute.djl.TorchDevices;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** Provides the threads and the device that the options of a run ask for. */
public final class Resources {
  private Resources() {}

  public static Workers workers(RunOptions options) {
    return options
        .executor()
        .map(executor -> new Workers(options.threads(), executor))
        .orElseGet(() -> Workers.of(options.threads()));
  }

  public static Conditions conditions(RunOptions options, List<Path> natives) {
    return new Conditions(workers(options), backends(options, natives), Journal.NONE);
  }

  /** PyTorch is touched only where a device asks for it. */
  private static Supplier<TensorBackend> backends(RunOptions options, List<Path> natives) {
    Device device = options.device();
    return switch (device.kind()) {
      case JVM -> JvmBackend::new;
      case CPU -> TorchDevices.cpu(natives, options.threads());
      case CUDA -> TorchDevices.cuda(device.index(), natives, options.threads());
    };
  }

  /** What a thread takes of memory, known before the device is touched. */
  public static Footprint.TileMemory memory(Device device) {
    return switch (device.kind()) {
      case JVM -> JvmBackend.MEMORY;
      case CPU -> TorchDevices.PROCESSOR;
      case CUDA -> TorchDevices.GPU;
    };
  }
}
