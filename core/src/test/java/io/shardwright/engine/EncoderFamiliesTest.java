package io.shardwright.engine;

import static io.shardwright.engine.Checkpoints.copy;
import static io.shardwright.engine.Checkpoints.expected;
import static io.shardwright.engine.Checkpoints.found;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.PlanRejectedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** BERT, T5 and CLIP against checkpoints that NeMo 1.23.0 wrote. */
class EncoderFamiliesTest {
  private static final String SPLIT = "pipeline_model_parallel_split_rank: ";

  @TempDir Path folder;

  private Order order(Path from, String to) {
    return Order.of(from, folder.resolve(to));
  }

  @ParameterizedTest
  @CsvSource({"bert-tp1, 2", "bert-mcore-tp1, 2", "t5-tp1, 3", "clip-tp1, 1"})
  void everyWayOverRanksAndStagesGivesEveryBitBack(String name, int stages) throws IOException {
    for (long seed = 0; seed < 3; seed++) {
      var random = new Random(seed);
      Path at = copy(name + ".nemo", Files.createDirectory(folder.resolve(name + seed)));
      for (int step = 0; step < 3; step++) {
        at =
            order(at, name + seed + step + ".nemo")
                .tp(1 << random.nextInt(3))
                .pp(1 + random.nextInt(stages))
                .done();
      }
      Path back = order(at, name + seed + ".nemo").tp(1).pp(1).done();
      assertEquals(expected(name + ".nemo"), found(back), "seed " + seed);
    }
  }

  /** By these places an optimizer numbers what it keeps. */
  @ParameterizedTest
  @CsvSource({
    "bert-tp1, word_embeddings.weight, lm_head.bias",
    "bert-mcore-tp1, lm_head.output_layer.weight, lm_head.output_layer.bias",
    "t5-tp1, decoder_embedding.word_embeddings.weight, decoder_relative_position_embedding."
  })
  void copiesOnALaterStageStandWhereNemoRegistersThem(String name, String copy, String behind)
      throws IOException {
    Path cut = order(copy(name + ".nemo", folder), "cut").pp(2).done();
    Path file = cut.resolve("tp_rank_00_pp_rank_001/model_weights.ckpt");
    List<String> names = TinyGpt.names(file);
    int place =
        IntStream.range(0, names.size())
            .filter(i -> names.get(i).endsWith("." + copy))
            .findFirst()
            .orElseThrow();
    assertTrue(names.get(place + 1).contains("." + behind), names.toString());
  }

  @Test
  void mergedStagesOfT5StandStackAfterStackAgain() throws IOException {
    Path source = copy("t5-tp1.nemo", folder);
    Path one = order(source, "one").pp(1).done();
    Path back = order(order(source, "cut.nemo").pp(3).done(), "back").pp(1).done();
    String file = "model_weights.ckpt";
    assertEquals(TinyGpt.names(one.resolve(file)), TinyGpt.names(back.resolve(file)));
  }

  /** The T5 with another text for its configuration. */
  private Path t5(UnaryOperator<String> change) throws IOException {
    Path whole = folder.resolve("t5");
    Checkpoints.unpack(copy("t5-tp1.nemo", folder), whole);
    Path config = whole.resolve("model_config.yaml");
    Files.writeString(config, change.apply(Files.readString(config)));
    return whole;
  }

  @Test
  void refusesStagesWhereT5HasWordsOfItsOwnForTheDecoder() throws IOException {
    Path source = t5(text -> text.replace("token_embeddings: true", "token_embeddings: false"));
    var refusal =
        assertThrows(PlanRejectedException.class, () -> order(source, "out.nemo").pp(2).done());
    assertTrue(
        refusal.getMessage().contains("limits pipeline_model_parallel_size to 1"),
        refusal.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "0, 1"})
  void t5sDecoderBeginsAtTheStageThatIsAskedFor(int asked, int begins) throws IOException {
    Path cut =
        order(copy("t5-tp1.nemo", folder), "cut.nemo")
            .pp(3)
            .with(r -> IntStream.of(asked).filter(rank -> rank > 0).forEach(r::pipelineSplitRank))
            .done();
    try (var model = Shardwright.restoreFrom(cut)) {
      assertEquals(
          begins, model.config().integer("pipeline_model_parallel_split_rank").orElseThrow());
    }
    assertEquals(expected("t5-tp1.nemo"), found(order(cut, "back.nemo").pp(1).done()));
  }

  @Test
  void refusesAStageWhereT5sDecoderCannotBeginNamingTheOthers() throws IOException {
    Path source = copy("t5-tp1.nemo", folder);
    for (int rank : new int[] {3, 5}) {
      var refusal =
          assertThrows(
              PlanRejectedException.class,
              () -> order(source, "out.nemo").pp(3).with(r -> r.pipelineSplitRank(rank)).done());
      assertTrue(
          refusal.getMessage().contains("Choose pipelineSplitRank 1 or 2."), refusal.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", SPLIT + "null", SPLIT + "0", SPLIT + "2"})
  void saysWhereT5sDecoderBeginsWhereItsConfigurationDoesNot(String line) throws IOException {
    Path cut = order(copy("t5-tp1.nemo", folder), "cut").grid(2, 2).done();
    Path config = cut.resolve("model_config.yaml");
    Files.writeString(config, Files.readString(config).replace(SPLIT + "1", line));
    var refusal =
        assertThrows(
            MalformedCheckpointException.class, () -> order(cut, "out.nemo").grid(1, 1).done());
    assertTrue(
        refusal.getMessage().contains("begins on stage 1: set " + SPLIT.trim().replace(":", "")),
        refusal.getMessage());
    assertFalse(Files.exists(folder.resolve("out.nemo")));
  }

  @ParameterizedTest
  @CsvSource({
    "t5-tp1, 1, pipelineSplitRank=1 needs pipeline_model_parallel_size over 1",
    "bert-tp1, 2, pipelineSplitRank: a model of family 'bert' has no decoder",
    "clip-tp1, 1, pipelineSplitRank: a model of family 'clip' has no decoder"
  })
  void refusesAStageForADecoderThatIsNotThere(String name, int stages, String reason)
      throws IOException {
    Order order = order(copy(name + ".nemo", folder), "out.nemo").pp(stages);
    var refusal =
        assertThrows(
            PlanRejectedException.class, () -> order.with(r -> r.pipelineSplitRank(1)).done());
    assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
  }

  @Test
  void refusesAClipWhosePatchesHaveABiasThatTransformersCannotHold() throws IOException {
    Path source = copy("clip-tp1.nemo", folder);
    var refusal =
        assertThrows(
            CheckpointException.class,
            () -> order(source, "hf").to(TargetFormat.HUGGING_FACE).done());
    assertTrue(
        refusal.getMessage().contains("linear_encoder.bias' has values other than 0"),
        refusal.getMessage());
  }

  /** As NeMo wrote it before encoder and decoder had parts of their own. */
  @Test
  void readsAT5OfOneConfiguration() throws IOException {
    Path source =
        t5(
            text -> {
              int encoder = text.indexOf("encoder:\n") + "encoder:\n".length();
              int decoder = text.indexOf("decoder:\n");
              int behind = text.indexOf("share_token_embeddings:");
              return text.substring(encoder, decoder).indent(-2)
                  + "max_position_embeddings: 16\nmake_vocab_size_divisible_by: 16\n"
                  + "tokenizer:\n  library: byte-level\n"
                  + text.substring(behind);
            });
    Path cut = order(source, "cut.nemo").grid(2, 2).done();
    assertEquals(expected("t5-tp1.nemo"), found(order(cut, "back.nemo").grid(1, 1).done()));
  }

  @ParameterizedTest
  @CsvSource({
    "transformer_block_type: pre_ln, transformer_block_type: normformer",
    "transformer_block_type: pre_ln, transformer_block_type: sandwich",
    "normalization: layernorm, normalization: batchnorm",
    "arch: transformer, arch: perceiver",
    "position_embedding_type: relative, position_embedding_type: learned_parameters"
  })
  void refusesOtherNetworksOfT5ByTheirKey(String from, String to) throws IOException {
    Path source = t5(text -> text.replace(from, to));
    var refusal =
        assertThrows(CheckpointException.class, () -> order(source, "out.nemo").tp(2).done());
    String key = to.substring(0, to.indexOf(':'));
    assertTrue(refusal.getMessage().contains("encoder." + key), refusal.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"vision, normalization, batchnorm", "text, activation, mish"})
  void refusesATowerThatNemoDoesNotBuildByItsKey(String tower, String key, String value)
      throws IOException {
    Path whole = folder.resolve("clip");
    Checkpoints.unpack(copy("clip-tp1.nemo", folder), whole);
    Path config = whole.resolve("model_config.yaml");
    String at = tower + ":\n";
    String text = Files.readString(config).replaceAll("  " + key + ": .*\n", "");
    Files.writeString(config, text.replace(at, at + "  " + key + ": " + value + "\n"));
    var refusal =
        assertThrows(CheckpointException.class, () -> order(whole, "out.nemo").tp(2).done());
    assertTrue(
        refusal.getMessage().contains(tower + "." + key + " is " + value), refusal.getMessage());
  }
}
