package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that hold adapters alone, as NeMo 1.23 wrote them on one rank and on several. */
class PeftReshardTest extends PeftAdapters {
  @ParameterizedTest
  @CsvSource({
    "lora-mcore, 2, 2",
    "lora-mcore, 2, 1",
    "lora-legacy, 2, 1",
    "adapter-legacy, 2, 2",
    "ia3-mcore, 2, 1",
    "ptuning-mcore, 2, 2"
  })
  void cutsAndMergesToNemosOwnNamesShapesAndConfiguration(String kind, int tensor, int pipeline)
      throws IOException {
    Path one = archive(kind + "-tp1");
    Path several = archive(kind + "-tp" + tensor + (pipeline > 1 ? "pp" + pipeline : ""));
    assertAlike(several, reshard(one, tensor, pipeline));
    Path merged = reshard(several, 1, 1);
    assertAlike(one, merged);
    assertEquals(Checkpoints.found(several), Checkpoints.found(reshard(merged, tensor, pipeline)));
  }

  private Path reshard(Path source, int tensor, int pipeline) {
    Path target = folder.resolve(tensor + "x" + pipeline + "-" + source.getFileName());
    Order.of(source, target).grid(tensor, pipeline).done();
    return target;
  }

  /** Equal in all but values, which are random in every archive. */
  private void assertAlike(Path theirs, Path ours) throws IOException {
    assertEquals(shapes(theirs), shapes(ours));
    assertEquals(configOf(theirs), configOf(ours));
  }

  private static List<String> shapes(Path archive) {
    return Checkpoints.found(archive).stream()
        .map(line -> line.substring(0, line.lastIndexOf('\t')))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lora-mcore-tp1",
        "lora-legacy-tp1",
        "lora-legacy-layers-1-and-4",
        "adapter-legacy-tp1",
        "ptuning-mcore-tp1"
      })
  void anyDetourGivesWhatTheDirectWayGives(String name) throws IOException {
    Path source = archive(name);
    Path detour = reshard(reshard(reshard(source, 2, 1), 4, 2), 1, 4);
    assertEquals(
        Checkpoints.found(reshard(source, 2, 2)), Checkpoints.found(reshard(detour, 2, 2)));
    assertEquals(Checkpoints.found(source), Checkpoints.found(reshard(detour, 1, 1)));
  }

  @ParameterizedTest
  @CsvSource({
    "lora-mcore-tp2pp2, gpt-peft",
    "adapter-legacy-tp1, gpt-peft",
    "lora-legacy-tied, gpt-peft-tied",
    "lora-legacy-tied-add, gpt-peft-tied"
  })
  void areOfAFamilyOfTheirOwn(String name, String family) throws IOException {
    assertEquals(Optional.of(family), familyOf(archive(name)));
    assertEquals("", Attempt.open(archive(name)).said());
    Attempt.verify(archive(name)).assertDone();
  }

  /** NeMo's tuning script leaves the class of the model that was tuned. */
  @ParameterizedTest
  @CsvSource({
    "lora-mcore-tp1, gpt-peft",
    "adapter-legacy-tp1, gpt-peft",
    "ia3-mcore-tp1, gpt-peft",
    "ptuning-mcore-tp1, gpt-peft",
    "lora-legacy-tied, gpt-peft-tied"
  })
  void areClaimedByWhatTheyHoldWhateverClassTheyName(String name, String family)
      throws IOException {
    Path source = unpacked(name);
    Path config = source.resolve("model_config.yaml");
    edit(
        config,
        "megatron_gpt_sft_model.MegatronGPTSFTModel",
        "megatron_gpt_model.MegatronGPTModel");
    assertEquals(Optional.of(family), familyOf(source));
    Path two = reshard(source, 2, 1);
    assertEquals(Checkpoints.found(source), Checkpoints.found(reshard(two, 1, 1)));
    Files.writeString(config, Files.readString(config).replaceAll("(?m)^target: .*\n", ""));
    Order.of(source, folder.resolve("nameless")).tp(2).done();
  }

  @Test
  void aWholeModelThatWasTunedIsClaimedByWhatItHolds() throws IOException {
    var model = new LinkedHashMap<String, String>();
    for (String line :
        List.of(
            "mcore_gpt: true",
            "encoder_seq_length: 16",
            "num_layers: 2",
            "hidden_size: 16",
            "ffn_hidden_size: 32",
            "num_attention_heads: 4",
            "bias: true",
            "activation: gelu",
            "position_embedding_type: rope",
            "peft.peft_scheme: lora")) {
      model.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(' ') + 1));
    }
    model.put("make_vocab_size_divisible_by", "8");
    Path source = KeyedModel.write(folder.resolve("whole"), model);
    assertEquals(Optional.of("nvgpt"), familyOf(source));
    Path arrays = folder.resolve("arrays");
    Order.of(source, arrays).tp(2).layout(WeightLayout.DISTRIBUTED).vocab(24).done();
  }

  @ParameterizedTest
  @ValueSource(strings = {"lora-legacy-tied", "lora-legacy-tied-add"})
  void tiedAdaptersAreCutButStayInOneStage(String name) throws IOException {
    Path source = archive(name);
    Path two = reshard(source, 2, 1);
    assertEquals(Checkpoints.found(source), Checkpoints.found(reshard(two, 1, 1)));
    assertRefused(
        Kind.PLAN, "adapter 'gpt-peft-tied' limits pipeline_model_parallel_size to 1", source, 2);
  }

  /** NeMo adds a bias of all ranks to the outputs of one. */
  @Test
  void refusesATiedBiasByName() throws IOException {
    Path source = unpacked("lora-legacy-tied-add");
    edit(
        source.resolve("model_config.yaml"),
        "position_embedding_strategy: add",
        "position_embedding_strategy: biasadd");
    assertRefused(Kind.INPUT, "position_embeddings.weight'", source, 1);
  }

  @Test
  void refusesWhatIsNoAdapterItKnows() throws IOException {
    Path source = unpacked("lora-mcore-tp1");
    edit(source.resolve("model_config.yaml"), "peft_scheme: lora", "peft_scheme: selective");
    assertRefused(Kind.INPUT, "no rule of family 'gpt-peft' matches tensor", source, 1);
  }

  @Test
  void refusesAnAdapterThatLacksALayer() throws IOException {
    Path source = unpacked("lora-mcore-tp1");
    edit(source.resolve("model_config.yaml"), "num_layers: 4", "num_layers: 5");
    assertRefused(Kind.INPUT, "num_layers is 5, found 4 layers", source, 1);
  }

  @Test
  void staysInRankFiles() throws IOException {
    Path out = folder.resolve("refused.nemo");
    Order.of(archive("lora-mcore-tp1"), out)
        .layout(WeightLayout.DISTRIBUTED)
        .tried()
        .assertRefused(Kind.PLAN, "from rank files only");
    assertFalse(Files.exists(out));
  }

  @Test
  void refusesRanksThatDoNotDivideTheAdapter() throws IOException {
    Path out = folder.resolve("refused.nemo");
    Order.of(archive("lora-legacy-tp1"), out)
        .tp(8)
        .tried()
        .assertRefused(Kind.PLAN, "axis 0 of shape [4, 64] is not divisible by 8");
    assertFalse(Files.exists(out));
  }

  private Path unpacked(String name) throws IOException {
    Path target = folder.resolve(name);
    Order.of(archive(name), target).done();
    return target;
  }

  private static Optional<String> familyOf(Path source) {
    try (var checkpoint = Checkpoints.SHARDWRIGHT.open(source)) {
      return checkpoint.summary().family();
    }
  }

  private void assertRefused(Kind kind, String part, Path source, int stages) {
    Path out = folder.resolve("refused.nemo");
    Order.of(source, out).pp(stages).tried().assertRefused(kind, part);
    assertFalse(Files.exists(out));
  }
}
