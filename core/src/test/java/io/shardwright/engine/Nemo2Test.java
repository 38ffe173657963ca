package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of NeMo 2. */
class Nemo2Test {
  @TempDir Path folder;
  private Nemo2Root nemo;
  private Path root;

  @BeforeEach
  void copy() throws IOException {
    nemo = Nemo2Root.in(folder);
    root = nemo.root();
  }

  private Attempt convert() {
    return Order.of(root, folder.resolve("hf")).to(TargetFormat.HUGGING_FACE).tried();
  }

  private void assertConverted() throws IOException {
    Path hf = Order.of(root, folder.resolve("hf")).to(TargetFormat.HUGGING_FACE).done();
    Path made = Order.of(root, folder.resolve("m.nemo")).grid(2, 2).done();
    Path other =
        Order.of(folder.resolve("training"), folder.resolve("other"))
            .to(TargetFormat.HUGGING_FACE)
            .done();
    assertEquals(
        -1, Files.mismatch(hf.resolve("model.safetensors"), other.resolve("model.safetensors")));
    assertTrue(Checkpoints.diff(root, hf).same());
    assertTrue(Checkpoints.diff(made, hf).same());
    assertEquals(
        List.of(),
        Checkpoints.tensors(made).stream().filter(line -> !line.startsWith("model.")).toList());
    assertTrue(Files.exists(hf.resolve("tokenizer.json")));
  }

  @Test
  void convertsWhatNeMoLoads() throws IOException {
    nemo.json(Nemo2Root.fields());
    assertConverted();
  }

  @Test
  void convertsWhatNeMoWritesForPeople() throws IOException {
    nemo.yaml(Nemo2Root.fields());
    assertConverted();
  }

  /** As betas saved it. */
  @Test
  void readsWeightsBesideTheirContext() throws IOException {
    nemo.json(Nemo2Root.fields());
    try (Stream<Path> files = Files.list(nemo.weights())) {
      for (Path file : files.toList()) {
        Files.move(file, root.resolve(file.getFileName()));
      }
    }
    Files.delete(nemo.weights());
    assertConverted();
  }

  @Test
  void readsTheFolderOfTheWeightsAsTensors() throws IOException {
    nemo.json(Nemo2Root.fields());
    Attempt.open(nemo.weights()).assertDone();
    assertTrue(Checkpoints.diff(root, nemo.weights()).compared() > 0);
  }

  @Test
  void saysWhereTheTwoDocumentsDiffer() throws IOException {
    nemo.json(Nemo2Root.fields());
    var other = Nemo2Root.fields();
    other.put("hidden_size", "64");
    nemo.yaml(other);
    Attempt.open(root).assertDone("what io.json says is read", "hidden_size is 64");
  }

  @ParameterizedTest
  @ValueSource(strings = {"qk_l2_norm", "use_mup", "heterogeneous_block_specs"})
  void keepsTensorsOfAModelThatIsNotKnown(String flag) throws IOException {
    var fields = Nemo2Root.fields();
    fields.put(flag, "true");
    nemo.json(fields);
    Attempt.open(root).assertDone();
    convert().assertRefused(Kind.INPUT, flag);
  }

  @Test
  void refusesAnUnfinishedSave() throws IOException {
    nemo.yaml(Nemo2Root.fields());
    Files.delete(nemo.weights().resolve("metadata.json"));
    convert().assertRefused(Kind.INPUT, "lacks metadata.json", "did not finish");
  }

  @Test
  void refusesObjectsThatHoldThemselves() throws IOException {
    nemo.json(Nemo2Root.fields());
    Path said = nemo.context().resolve("io.json");
    Files.writeString(
        said,
        Files.readString(said)
            .replace(
                "{\"type\": \"leaf\", \"value\": \"words\"}",
                "{\"type\": \"ref\", \"key\": \"model_1\"}"));
    convert().assertRefused(Kind.INPUT, "io.json", "contain themselves");
  }

  @Test
  void refusesAReferenceToNothing() throws IOException {
    nemo.json(Nemo2Root.fields());
    Path said = nemo.context().resolve("io.json");
    Files.writeString(
        said, Files.readString(said).replace("\"key\": \"config_1\"", "\"key\": \"none_1\""));
    convert().assertRefused(Kind.INPUT, "io.json", "none_1");
  }

  @Test
  void readsAdaptersAloneAsTensors() throws IOException {
    nemo.json(Nemo2Root.fields());
    try (Stream<Path> files = Files.list(nemo.weights())) {
      for (Path file : files.filter(file -> !file.endsWith("metadata.json")).toList()) {
        Files.delete(file);
      }
    }
    String name = "module.decoder.layers.self_attention.linear_qkv.adapter.linear_in.weight";
    var items = new MegatronItems();
    items.add(name, DType.BFLOAT16, Shape.of(2, 4, 32), new byte[512]);
    items.write(nemo.weights());
    Attempt.open(root).assertDone();
    convert().assertRefused(Kind.INPUT, "SW-113", "only the parameters of adapters", "merge them");
  }

  @Test
  void refusesArraysOfZarrByName() throws IOException {
    nemo.json(Nemo2Root.fields());
    String kind = "{\"sharded_backend\": \"zarr\", \"sharded_backend_version\": 1}";
    try (Stream<Path> files = Files.list(nemo.weights())) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.writeString(nemo.weights().resolve("metadata.json"), kind);
    convert().assertRefused(Kind.INPUT, "SW-113", "weights", "zarr arrays");
  }

  @Test
  void saysThatItWasNotSavedWhole() throws IOException {
    nemo.json(Nemo2Root.fields());
    Files.createFile(root.resolveSibling(root.getFileName() + "-unfinished"));
    Attempt.open(root).assertDone("-unfinished' is beside it");
  }

  @Test
  void saysWhichFolderOfATrainingToOpen() throws IOException {
    nemo.json(Nemo2Root.fields());
    Path training = Files.createDirectories(folder.resolve("checkpoints"));
    Files.move(root, training.resolve("gpt--step=9-last"));
    Attempt.open(training).assertRefused(Kind.INPUT, "'gpt--step=9-last'", "open the one");
  }

  @Test
  void saysThatAnotherFormatIsWritten() throws IOException {
    nemo.json(Nemo2Root.fields());
    Order.of(root, folder.resolve("cut")).tp(2).tried().assertDone("nemo2 is read alone", "nemo");
  }
}
