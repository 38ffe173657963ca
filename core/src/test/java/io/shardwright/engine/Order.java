package io.shardwright.engine;

import io.shardwright.core.GridOptions;
import io.shardwright.core.HuggingFaceOptions;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.RunOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.TrainingOptions;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A request in few words, for a target that may be thrown away. */
public final class Order {
  private final Path target;
  private final ReshardRequestBuilder request;
  private Optional<String> checkpoint = Optional.empty();
  private Optional<Path> tokenizer = Optional.empty();
  private Optional<Path> hparams = Optional.empty();
  private Optional<Path> config = Optional.empty();
  private OptionalLong step = OptionalLong.empty();
  private boolean optimizer = true;

  private Order(Path source, Path target) {
    this.target = target;
    request = ReshardRequest.builder(source, target).sync(false);
  }

  public static Order of(Path source, Path target) {
    return new Order(source, target);
  }

  public Order with(Consumer<ReshardRequestBuilder> parts) {
    parts.accept(request);
    return this;
  }

  public Order grid(int tensor, int pipeline) {
    return tp(tensor).pp(pipeline);
  }

  public Order tp(int size) {
    return with(parts -> parts.tensorModelParallelSize(size));
  }

  public Order pp(int size) {
    return with(parts -> parts.pipelineModelParallelSize(size));
  }

  public Order vp(int size) {
    return with(parts -> parts.virtualPipelineModelParallelSize(size));
  }

  public Order vocab(long size) {
    return with(parts -> parts.vocabSize(size));
  }

  public Order to(TargetFormat format) {
    return with(parts -> parts.format(format));
  }

  public Order shards(long bytes) {
    return with(parts -> parts.huggingFace(new HuggingFaceOptions(bytes, Optional.empty())));
  }

  public Order architecture(String name) {
    return with(
        parts ->
            parts.huggingFace(
                new HuggingFaceOptions(
                    HuggingFaceOptions.DEFAULT.maxShardBytes(), Optional.of(name))));
  }

  public Order naming(Naming naming) {
    return with(parts -> parts.naming(naming));
  }

  public Order layout(WeightLayout layout) {
    return with(parts -> parts.layout(layout));
  }

  public Order dtype(DType type) {
    return with(parts -> parts.dtype(type));
  }

  public Order lossy() {
    return with(parts -> parts.allowLossy(true));
  }

  public Order lora(Path adapter) {
    return with(parts -> parts.lora(adapter));
  }

  public Order untie() {
    return with(parts -> parts.untie(true));
  }

  public Order overwrite() {
    return with(parts -> parts.overwrite(true));
  }

  public Order threads(int threads) {
    return with(parts -> parts.run(RunOptions.DEFAULT.withThreads(threads)));
  }

  public Order checkpoint(String name) {
    checkpoint = Optional.of(name);
    return this;
  }

  public Order tokenizer(Path model) {
    tokenizer = Optional.of(model);
    return this;
  }

  public Order hparams(Path file) {
    hparams = Optional.of(file);
    return this;
  }

  public Order step(long number) {
    step = OptionalLong.of(number);
    return this;
  }

  public Order files(int count) {
    request.gridOptions(
        new GridOptions(Optional.empty(), OptionalInt.of(count), OptionalLong.empty()));
    return this;
  }

  public Order config(Path file) {
    config = Optional.of(file);
    return this;
  }

  public Order withoutOptimizer() {
    optimizer = false;
    return this;
  }

  ReshardRequest request() {
    return request
        .training(
            new TrainingOptions(
                checkpoint,
                step,
                hparams,
                tokenizer,
                Optional.empty(),
                Optional.empty(),
                config,
                Optional.empty(),
                optimizer))
        .build();
  }

  Report report() {
    return Checkpoints.SHARDWRIGHT.run(request(), ProgressListener.SILENT);
  }

  /** Runs it. */
  public Path done() {
    report();
    return target;
  }

  /** Runs it, which may be refused. */
  Attempt tried() {
    return Attempt.of(() -> report().notes());
  }

  ReshardPlan plan() {
    return Checkpoints.SHARDWRIGHT.plan(request());
  }

  /** Plans it, which may be refused. */
  Attempt planned() {
    return Attempt.of(() -> plan().notes());
  }
}
