package io.shardwright.core.internal.save;

import io.shardwright.core.Device;
import io.shardwright.core.GridOptions;
import io.shardwright.core.HuggingFaceOptions;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.RunOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.TrainingOptions;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.PipelineLayout;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.format.CoreVersion;
import io.shardwright.spi.tensor.DType;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * A request as a document: all that decides what a target is, and how it is completed. What was not
 * asked for is left out. Threads and progress are each process's own.
 */
final class RequestDocument {
  private final Obj object = Obj.empty();

  private RequestDocument() {}

  static Obj of(ReshardRequest request) {
    var document = new RequestDocument();
    document.object.put("source", Saved.path(request.source()));
    document.object.put("target", Saved.path(request.target()));
    document.put("format", request.format(), format -> new Str(format.id()));
    document.target(request);
    document.permissions(request);
    document.object.put("training", training(request.training()));
    document.object.put("hugging_face", huggingFace(request.huggingFace()));
    document.object.put("grid_options", gridOptions(request.gridOptions()));
    document.object.put("device", new Str(request.run().device().toString()));
    return document.object;
  }

  private <T> void put(String key, Optional<T> value, Function<T, JsonValue> as) {
    value.ifPresent(known -> object.put(key, as.apply(known)));
  }

  private void put(String key, OptionalLong value) {
    value.ifPresent(number -> object.put(key, Num.of(number)));
  }

  private void put(String key, OptionalInt value) {
    value.ifPresent(number -> object.put(key, Num.of(number)));
  }

  private void put(String key, boolean value) {
    object.put(key, new Bool(value));
  }

  private static Str name(Enum<?> word) {
    return new Str(word.name());
  }

  private void target(ReshardRequest request) {
    for (ParallelDimension dimension : ParallelDimension.values()) {
      put(dimension.configKey(), request.size(dimension));
    }
    put("pipeline_split", request.pipelineSplit(), RequestDocument::split);
    put("pipeline_model_parallel_split_rank", request.pipelineSplitRank());
    put("naming", request.naming(), RequestDocument::name);
    put("layout", request.layout(), RequestDocument::name);
    put("dtype", request.dtype(), RequestDocument::name);
    put("claimed_tensor_model_parallel_size", request.claimedTensorSize());
    put("claimed_pipeline_model_parallel_size", request.claimedPipelineSize());
    put("lora", request.lora(), Saved::path);
    put("vocab_size", request.vocabSize());
    put("family", request.family(), Str::new);
  }

  private void permissions(ReshardRequest request) {
    put("allow_guesses", request.allowGuesses());
    put("allow_lossy", request.allowLossy());
    put("dequantize", request.dequantize());
    put("replicate_unmatched", request.replicateUnmatched());
    put("untie", request.untie());
    put("skip_unreadable", request.skipUnreadable());
    put("overwrite", request.overwrite());
    put("verify", request.verify());
    put("sync", request.sync());
    put("manifest", request.manifest());
  }

  private static Obj split(PipelineSplit split) {
    var document = new RequestDocument();
    document.put("first", split.first());
    document.put("last", split.last());
    document.put("layout", split.layout(), layout -> new Str(layout.toString()));
    document.put("embedding", split.embedding());
    document.put("loss", split.loss());
    return document.object;
  }

  private static Obj training(TrainingOptions training) {
    var document = new RequestDocument();
    document.put("checkpoint_name", training.checkpointName(), Str::new);
    document.put("step", training.step());
    document.put("hparams_file", training.hparamsFile(), Saved::path);
    document.put("tokenizer_model", training.tokenizerModel(), Saved::path);
    document.put("tokenizer_vocab_file", training.tokenizerVocabFile(), Saved::path);
    document.put("tokenizer_merges_file", training.tokenizerMergesFile(), Saved::path);
    document.put("config", training.config(), Saved::path);
    document.put("target_class", training.targetClass(), Str::new);
    document.put("optimizer", training.optimizer());
    return document.object;
  }

  private static Obj huggingFace(HuggingFaceOptions options) {
    var document = new RequestDocument();
    document.put("max_shard_bytes", OptionalLong.of(options.maxShardBytes()));
    document.put("architecture", options.architecture(), Str::new);
    return document.object;
  }

  private static Obj gridOptions(GridOptions options) {
    var document = new RequestDocument();
    document.put("core_version", options.core(), version -> new Str(version.toString()));
    document.put("files", options.files());
    document.put("vocab_divisor", options.vocabDivisor());
    return document.object;
  }

  /**
   * The request that a document is of.
   *
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is of none
   */
  static ReshardRequestBuilder read(Saved saved, Optional<Path> target) {
    Path said = saved.requiredPath("target");
    var request = ReshardRequest.builder(saved.requiredPath("source"), target.orElse(said));
    saved.text("format").map(TargetFormat::new).ifPresent(request::format);
    sizes(saved, request);
    saved.part("pipeline_split").map(RequestDocument::split).ifPresent(request::pipelineSplit);
    saved.size("pipeline_model_parallel_split_rank").ifPresent(request::pipelineSplitRank);
    saved.word("naming", Naming.class).ifPresent(request::naming);
    saved.word("layout", WeightLayout.class).ifPresent(request::layout);
    saved.word("dtype", DType.class).ifPresent(request::dtype);
    saved.path("lora").ifPresent(request::lora);
    saved.count("vocab_size").ifPresent(request::vocabSize);
    saved.text("family").ifPresent(request::family);
    permissions(saved, request);
    request.training(training(saved.requiredPart("training")));
    request.huggingFace(huggingFace(saved.requiredPart("hugging_face")));
    request.gridOptions(gridOptions(saved.requiredPart("grid_options")));
    Device device = saved.read("device", Device::parse).orElse(Device.JVM);
    request.run(RunOptions.DEFAULT.withDevice(device));
    saved.requireAll();
    return request;
  }

  private static void sizes(Saved saved, ReshardRequestBuilder request) {
    size(saved, ParallelDimension.TENSOR).ifPresent(request::tensorModelParallelSize);
    size(saved, ParallelDimension.PIPELINE).ifPresent(request::pipelineModelParallelSize);
    size(saved, ParallelDimension.VIRTUAL_PIPELINE)
        .ifPresent(request::virtualPipelineModelParallelSize);
    size(saved, ParallelDimension.EXPERT).ifPresent(request::expertModelParallelSize);
    size(saved, ParallelDimension.EXPERT_TENSOR).ifPresent(request::expertTensorParallelSize);
    OptionalInt tensor = saved.size("claimed_tensor_model_parallel_size");
    OptionalInt pipeline = saved.size("claimed_pipeline_model_parallel_size");
    if (tensor.isPresent() || pipeline.isPresent()) {
      request.claimedSizes(tensor.orElse(-1), pipeline.orElse(-1));
    }
  }

  private static OptionalInt size(Saved saved, ParallelDimension dimension) {
    return saved.size(dimension.configKey());
  }

  private static void permissions(Saved saved, ReshardRequestBuilder request) {
    request
        .allowGuesses(saved.flag("allow_guesses"))
        .allowLossy(saved.flag("allow_lossy"))
        .dequantize(saved.flag("dequantize"))
        .replicateUnmatched(saved.flag("replicate_unmatched"))
        .untie(saved.flag("untie"))
        .skipUnreadable(saved.flag("skip_unreadable"))
        .overwrite(saved.flag("overwrite"))
        .verify(saved.flag("verify"))
        .sync(saved.flag("sync"))
        .manifest(saved.flag("manifest"));
  }

  private static PipelineSplit split(Saved saved) {
    var split =
        new PipelineSplit(
            saved.size("first"),
            saved.size("last"),
            saved.read("layout", PipelineLayout::parse),
            saved.flag("embedding"),
            saved.flag("loss"));
    saved.requireAll();
    return split;
  }

  private static TrainingOptions training(Saved saved) {
    var training =
        new TrainingOptions(
            saved.text("checkpoint_name"),
            saved.count("step"),
            saved.path("hparams_file"),
            saved.path("tokenizer_model"),
            saved.path("tokenizer_vocab_file"),
            saved.path("tokenizer_merges_file"),
            saved.path("config"),
            saved.text("target_class"),
            saved.flag("optimizer"));
    saved.requireAll();
    return training;
  }

  private static HuggingFaceOptions huggingFace(Saved saved) {
    var options =
        new HuggingFaceOptions(
            saved.count("max_shard_bytes").orElse(HuggingFaceOptions.DEFAULT.maxShardBytes()),
            saved.text("architecture"));
    saved.requireAll();
    return options;
  }

  private static GridOptions gridOptions(Saved saved) {
    var options =
        new GridOptions(
            saved.text("core_version").flatMap(CoreVersion::of),
            saved.size("files"),
            saved.count("vocab_divisor"));
    saved.requireAll();
    return options;
  }
}
