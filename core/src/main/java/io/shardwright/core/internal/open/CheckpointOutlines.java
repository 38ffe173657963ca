package io.shardwright.core.internal.open;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.RankShares;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.StoredForm;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.outline.CheckpointOutline;
import io.shardwright.core.outline.CutTensor;
import io.shardwright.core.outline.OptimizerOutline;
import io.shardwright.core.outline.RankGrid;
import io.shardwright.core.outline.Tokenizer;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule.Cut;
import io.shardwright.spi.format.TrainingState;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Turns an open checkpoint into a public outline for display. */
record CheckpointOutlines(OpenCheckpoint checkpoint, ModelSource source) {
  private static final String LINK = "nemo:";

  /** What a person wants to know of a model, as far as its configuration has it. */
  private static final List<String> FACTS =
      List.of(
          "num_layers",
          "hidden_size",
          "ffn_hidden_size",
          "num_attention_heads",
          "num_query_groups",
          "kv_channels",
          "num_moe_experts",
          "moe_router_topk",
          "activation",
          "normalization",
          "bias",
          "position_embedding_type",
          "rotary_base",
          "encoder_seq_length",
          "max_position_embeddings",
          "share_embeddings_and_output_weights",
          "override_vocab_size",
          "make_vocab_size_divisible_by",
          "img_h",
          "img_w",
          "patch_dim",
          "num_channels",
          "num_classes",
          "precision",
          "mcore_gpt",
          "transformer_engine",
          "megatron_legacy",
          "sequence_parallel");

  CheckpointOutline outline() {
    return new CheckpointOutline(
        grid(), tokenizer(), facts(), optimizer(), source.contents(), tensors());
  }

  private Optional<OptimizerOutline> optimizer() {
    var states = new TreeSet<String>();
    long bytes = 0;
    for (var tensor : checkpoint.model().map(ModelDescription::tensors).orElse(List.of())) {
      if (Companions.isCompanion(tensor.id())) {
        states.add(Companions.kind(tensor.id()));
        bytes = Math.addExact(bytes, tensor.byteSize());
      }
    }
    Optional<TrainingState> training = source.training();
    return states.isEmpty() && training.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new OptimizerOutline(
                training.map(TrainingState::kind),
                training.map(TrainingState::step).orElse(OptionalLong.empty()),
                training.map(TrainingState::consumedSamples).orElse(OptionalLong.empty()),
                List.copyOf(states),
                bytes));
  }

  private Optional<RankGrid> grid() {
    return checkpoint
        .model()
        .map(RankShares::of)
        .orElseGet(() -> RankShares.of(checkpoint.files(), source.grid()));
  }

  private Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    for (String key : FACTS) {
      source.config().text(key).ifPresent(value -> facts.put(key, value));
    }
    checkpoint
        .model()
        .flatMap(CheckpointOutlines::vocabularyRows)
        .ifPresent(rows -> facts.put("vocabulary_rows", rows.toString()));
    return facts;
  }

  private static Optional<Long> vocabularyRows(ModelDescription model) {
    return model.tensors().stream()
        .filter(tensor -> tensor.rule().traits().vocabPadded())
        .map(tensor -> tensor.canonical().dim(0))
        .findFirst();
  }

  private Optional<Tokenizer> tokenizer() {
    var files =
        Stream.of("model", "vocab_file", "merge_file", "tokenizer_model")
            .flatMap(key -> file("tokenizer." + key).stream())
            .toList();
    var library = source.config().text("tokenizer.library");
    var type = source.config().text("tokenizer.type");
    OptionalLong pieces = source.tokenizerSize();
    return library.isEmpty() && type.isEmpty() && files.isEmpty() && pieces.isEmpty()
        ? Optional.empty()
        : Optional.of(new Tokenizer(library, type, files, pieces));
  }

  private Optional<Tokenizer.File> file(String key) {
    return source
        .config()
        .text(key)
        .map(name -> name.startsWith(LINK) ? name.substring(LINK.length()) : name)
        .map(name -> new Tokenizer.File(key, name, size(name)));
  }

  private OptionalLong size(String name) {
    return source.attachments().stream()
        .filter(attachment -> attachment.name().equals(name))
        .mapToLong(attachment -> attachment.bytes().size())
        .findFirst();
  }

  private List<CutTensor> tensors() {
    return checkpoint.model().stream()
        .flatMap(model -> model.tensors().stream().flatMap(t -> tensors(model, t)))
        .toList();
  }

  private static Stream<CutTensor> tensors(ModelDescription model, LogicalTensor tensor) {
    Cut cut = tensor.rule().cut();
    int parts = tensor.rule().arrangement().stride();
    if (model.naming() == Naming.HUGGING_FACE) {
      return tensor.parts().stream()
          .map(SourcePart::tensor)
          .distinct()
          .map(stored -> whole(stored.spec(), cut));
    }
    var form =
        StoredForm.wanted(
            tensor.rule(), tensor.settings(tensor.rule(), model.config()), tensor.canonical());
    TensorSpec spec = tensor.spec();
    int ranks = cut == Cut.REPLICATED ? 1 : model.grid().over(tensor.rule());
    return Stream.of(
        new CutTensor(spec.name(), spec.dtype(), spec.shape(), form.shard(ranks), cut, parts));
  }

  private static CutTensor whole(TensorSpec spec, Cut cut) {
    return new CutTensor(spec.name(), spec.dtype(), spec.shape(), spec.shape(), cut, 1);
  }
}
