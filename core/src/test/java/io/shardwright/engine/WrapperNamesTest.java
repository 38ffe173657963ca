package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names into which torch.compile and DistributedDataParallel put words of theirs. */
class WrapperNamesTest extends ModelFolders {

  /** Renames the tensors of a folder's one safetensors file. */
  private static void rename(Path model, UnaryOperator<String> names) throws IOException {
    Path file = model.resolve(WEIGHTS);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) bytes.getLong(0);
    String header = new String(bytes.array(), 8, length, StandardCharsets.UTF_8).strip();
    var renamed =
        java.util.regex.Pattern.compile("\"([^\"]+)\":\\{\"dtype\"")
            .matcher(header)
            .replaceAll(found -> "\"" + names.apply(found.group(1)) + "\":{\"dtype\"");
    byte[] written = renamed.getBytes(StandardCharsets.UTF_8);
    var out = ByteBuffer.allocate(8 + written.length + bytes.capacity() - 8 - length);
    out.order(ByteOrder.LITTLE_ENDIAN).putLong(written.length).put(written);
    out.put(bytes.array(), 8 + length, bytes.capacity() - 8 - length);
    Files.write(file, out.array());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "_orig_mod.",
        "module.",
        "module._orig_mod.",
        "_orig_mod.module.module._orig_mod."
      })
  void readsAFolderWithoutTheWordsBeforeEveryName(String words) throws IOException {
    Path plain = llama("tiny-llama-gqa");
    Path expected = convert(plain, "expected.nemo", order -> order.tp(2));
    rename(plain, name -> words + name);
    Path found = folder.resolve("found.nemo");
    Attempt run = Order.of(plain, found).tp(2).to(TargetFormat.NEMO).tried();
    run.assertDone();
    assertTrue(run.said().contains("every name begins with '" + words + "'"), run.said());
    assertEquals(Checkpoints.found(expected), Checkpoints.found(found));
    Checkpoints.assertAlike(plain, expected);
    var names = Checkpoints.found(plain);
    String kept = "\t" + words + "model.embed_tokens.weight\t";
    assertTrue(names.stream().anyMatch(line -> line.contains(kept)), names.toString());
  }

  @Test
  void readsAClassifierWithoutTheWordBeforeEveryName() throws IOException {
    Path vit = huggingFace("vit");
    Path expected = convert(vit, "expected.nemo");
    rename(vit, name -> "module." + name);
    Path found = convert(vit, "found.nemo", order -> order.tp(2));
    Checkpoints.assertAlike(expected, found);
  }

  /** Only a part of the model was compiled: that word stays, and the file's name is quoted. */
  @Test
  void leavesWordsThatStandBeforeSomeNames() throws IOException {
    Path model = llama("tiny-llama-gqa");
    rename(
        model,
        name ->
            "module."
                + (name.startsWith("model.") ? "model._orig_mod." + name.substring(6) : name));
    assertRefused(Kind.INPUT, "tensor 'module.model._orig_mod.", model);
  }

  @ParameterizedTest
  @CsvSource({
    "_orig_mod.model., model., _orig_mod.",
    "model._orig_mod., model., model._orig_mod.",
    "module.module.model., model., module.module.",
    "_orig_mod.model._orig_mod., model., _orig_mod.model._orig_mod.",
    "model.module._orig_mod., model.module., model.module._orig_mod.",
    "model._orig_mod.module., model.module., model._orig_mod.",
    "model.module.module., model.module., model.module.module."
  })
  void readsNemosNamesWithoutTheWords(String words, String kept, String said) throws IOException {
    Path plain = folder.resolve("plain");
    Order.of(Checkpoints.copy("vit-tp1.nemo", folder), plain).done();
    Path wrapped = folder.resolve("wrapped");
    Path same = folder.resolve("same");
    for (Path copy : List.of(wrapped, same)) {
      Files.createDirectory(copy);
      Files.copy(plain.resolve("model_config.yaml"), copy.resolve("model_config.yaml"));
    }
    String file = "model_weights.ckpt";
    TrainingFiles.rewriteAny(
        plain.resolve(file), wrapped.resolve(file), root -> renamed((Call) root, words));
    TrainingFiles.rewriteAny(
        plain.resolve(file), same.resolve(file), root -> renamed((Call) root, kept));
    Path out = folder.resolve("out");
    Attempt run = Order.of(wrapped, out).tp(2).tried();
    run.assertDone();
    assertTrue(run.said().contains("every name begins with '" + said + "'"), run.said());
    Path expected = folder.resolve("expected");
    Order.of(same, expected).tp(2).done();
    assertEquals(Checkpoints.found(expected), Checkpoints.found(out));
    assertFalse(Attempt.verify(out).said().contains("every name"));
  }

  private static Call renamed(Call state, String words) {
    state
        .entries()
        .replaceAll(
            entry -> {
              String name = ((Text) entry.key()).value();
              return new Entry(new Text(words + name.substring("model.".length())), entry.value());
            });
    return state;
  }

  @Test
  void readsATrainingAndItsOptimizerWithoutTheWords() throws IOException {
    Path training = TrainingFiles.vit(folder);
    Path wrapped = folder.resolve("wrapped");
    try (Stream<Path> files = Files.walk(training)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        TrainingFiles.rewrite(
            file,
            wrapped.resolve(training.relativize(file)),
            root -> {
              renamed((Call) TrainingFiles.get(root, "state_dict"), "_orig_mod.model.");
              return root;
            });
      }
    }
    Path expected = folder.resolve("expected");
    Path found = folder.resolve("found");
    Order.of(training, expected).tp(4).done();
    Order.of(wrapped, found).tp(4).tried().assertDone("every name begins with '_orig_mod.'");
    assertEquals(Checkpoints.found(expected), Checkpoints.found(found));
    Checkpoints.assertAlike(wrapped, found);
  }

  /** Where one name has them not, they may mean something. */
  @Test
  void leavesWordsThatOneNameHasNot() throws IOException {
    Path model = llama("tiny-llama-gqa");
    rename(model, name -> name.startsWith("lm_head") ? name : "_orig_mod." + name);
    assertRefused(Kind.INPUT, "tensor '_orig_mod.model.", model);
  }

  @Test
  void quotesTheFilesNameOfATensorThatNoRuleMatches() throws IOException {
    Path model = llama("tiny-llama-gqa");
    rename(model, name -> "module." + name.replace("lm_head", "lm_had"));
    assertRefused(Kind.INPUT, "tensor 'module.lm_had.weight'", model);
  }
}
