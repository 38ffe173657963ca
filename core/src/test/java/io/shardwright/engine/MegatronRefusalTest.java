package io.shardwright.engine;

import static io.shardwright.engine.MegatronRoot.FILES;
import static io.shardwright.engine.MegatronRoot.LATEST;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Megatron's folders that are unfinished, damaged or lead elsewhere. */
class MegatronRefusalTest {
  @TempDir Path folder;
  private MegatronRoot megatron;
  private Path root;
  private Path step;

  @BeforeEach
  void copy() throws IOException {
    megatron = MegatronRoot.in(folder);
    root = megatron.root();
    step = megatron.step();
  }

  private Attempt convert() {
    return Order.of(root, folder.resolve("hf")).to(TargetFormat.HUGGING_FACE).tried();
  }

  @Test
  void refusesASaveThatDidNotFinish() throws IOException {
    Files.delete(step.resolve("metadata.json"));
    for (Path source : List.of(root, step)) {
      for (Attempt run : Attempt.looks(source)) {
        run.assertRefused(Kind.INPUT, "lacks metadata.json", "did not finish");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../etc", "seven", "", "-1", "7/../7", "99999999999999999999"})
  void refusesALatestIterationThatIsNoNumber(String said) throws IOException {
    Files.writeString(root.resolve(LATEST), said);
    Attempt.open(root).assertRefused(Kind.INPUT, "expected the number of an iteration");
    convert().assertRefused(Kind.INPUT, LATEST);
  }

  @Test
  void refusesAFolderThatIsNotWhole() throws IOException {
    byte[] items = Files.readAllBytes(step.resolve("__2_1.distcp"));
    Files.write(step.resolve("__2_1.distcp"), Arrays.copyOf(items, items.length - 1));
    Attempt.open(root).assertRefused(Kind.INPUT, "__2_1.distcp", "truncated");
    Files.delete(step.resolve("__2_1.distcp"));
    Attempt.open(root).assertRefused(Kind.INPUT, "__2_1.distcp");
    convert().assertRefused(Kind.INPUT, "__2_1.distcp");
  }

  @Test
  void refusesAnItemThatLiesElsewhere() throws IOException {
    Path metadata = step.resolve(".metadata");
    String said = Files.readString(metadata, StandardCharsets.ISO_8859_1);
    String odd = said.replace("__2_1.distcp", "../../xy.dcp");
    Files.writeString(metadata, odd, StandardCharsets.ISO_8859_1);
    for (Attempt run : Attempt.looks(root)) {
      run.assertRefused(Kind.SAFETY, "..");
    }
  }

  /** The bytes that a conversion moves are compared with what their items state. */
  @Test
  void noticesADamagedItem() throws IOException {
    Path st = Order.of(root, folder.resolve("st")).to(TargetFormat.SAFETENSORS).done();
    var words = Arrays.copyOf(MegatronRoot.values(st, "embedding.word_embeddings.weight"), 64);
    String sought = new String(words, StandardCharsets.ISO_8859_1);
    for (String file : FILES) {
      String held = Files.readString(step.resolve(file), StandardCharsets.ISO_8859_1);
      String damaged = held.replace(sought, sought.substring(1) + "x");
      Files.writeString(step.resolve(file), damaged, StandardCharsets.ISO_8859_1);
    }
    Attempt.verify(root).assertRefused(Kind.INPUT, "CRC-32");
    convert().assertRefused(Kind.INPUT, "CRC-32");
  }

  @Test
  void comparesTheSumsThatTheFolderStates() throws Exception {
    var sums = new StringBuilder();
    for (String file : FILES) {
      byte[] sum =
          MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(step.resolve(file)));
      sums.append(sums.isEmpty() ? "" : ", ")
          .append("\"" + file + "\": \"" + MegatronRoot.hex(sum) + "\"");
    }
    Path stated = step.resolve("integrity.json");
    String said = "{\"algorithm\": \"sha256\", \"files\": {" + sums + "}}";
    Files.writeString(stated, said);
    Attempt.verify(root).assertDone();
    Files.writeString(step.resolve("metadata.json"), " ", StandardOpenOption.APPEND);
    Attempt.verify(root).assertRefused(Kind.INPUT, "SW-108", "metadata.json", "SHA-256");
    Path target = folder.resolve("hf");
    Order.of(root, target)
        .to(TargetFormat.HUGGING_FACE)
        .tried()
        .assertRefused(Kind.INPUT, "SW-108", "metadata.json", "SHA-256");
    assertFalse(Files.exists(target));
    Order.of(root, target).to(TargetFormat.HUGGING_FACE).with(r -> r.verify(false)).done();
    Files.writeString(stated, said.replace("common.pt", "../../common.pt"));
    Attempt.open(root).assertRefused(Kind.INPUT, "../../common.pt");
  }

  @Test
  void takesTheNewestFinishedIterationWhereTheLatestIsNot() throws IOException {
    Path later = Files.createDirectories(root.resolve("iter_0000009"));
    Files.copy(step.resolve("__0_0.distcp"), later.resolve("__0_0.distcp"));
    Files.writeString(root.resolve(LATEST), "9\n");
    Attempt.open(root).assertDone("names iter_0000009, which is not complete", "iter_0000007");
    Attempt.open(later).assertRefused(Kind.INPUT, "lacks .metadata", "did not finish");
    Order.of(root, folder.resolve("hf"))
        .step(9)
        .tried()
        .assertRefused(Kind.INPUT, "did not finish");
    Order.of(root, folder.resolve("hf")).step(8).tried().assertRefused(Kind.INPUT, "iteration 8");
    Order.of(root, folder.resolve("hf")).step(7).to(TargetFormat.HUGGING_FACE).done();
  }
}
