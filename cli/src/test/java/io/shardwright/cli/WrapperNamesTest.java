package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.engine.Checkpoints;
import io.shardwright.engine.TrainingFiles;
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
class WrapperNamesTest extends HuggingFaceFolders {

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
    Path expected = convert(plain, "expected.nemo", "--tp", 2);
    rename(plain, name -> words + name);
    Path found = folder.resolve("found.nemo");
    Run run = Run.of("convert", plain, found, "--tp", 2, "--no-sync");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("every name begins with '" + words + "'"), run.err());
    assertEquals(Checkpoints.found(expected), Checkpoints.found(found));
    Run diff = Run.of("diff", plain, expected);
    assertEquals(0, diff.code(), diff.out());
    String sums = Run.of("verify", plain, "--sums").out();
    assertTrue(sums.contains("\t" + words + "model.embed_tokens.weight\n"), sums);
  }

  @Test
  void readsAClassifierWithoutTheWordBeforeEveryName() throws IOException {
    Path vit = huggingFace("vit");
    Path expected = convert(vit, "expected.nemo");
    rename(vit, name -> "module." + name);
    Path found = convert(vit, "found.nemo", "--tp", 2);
    assertEquals(0, Run.of("diff", expected, found).code());
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
    assertRefused(3, "tensor 'module.model._orig_mod.", model);
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
    Run.reshard(Run.vit(folder), plain);
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
    Run run = Run.of("reshard", wrapped, out, "--tp", 2, "--no-sync");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("every name begins with '" + said + "'"), run.err());
    Path expected = folder.resolve("expected");
    Run.reshard(same, expected, "--tp", 2);
    assertEquals(Checkpoints.found(expected), Checkpoints.found(out));
    assertFalse(Run.of("verify", out).err().contains("every name"));
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
    Run.reshard(training, expected, "--tp", 4);
    Run run = Run.of("reshard", wrapped, found, "--tp", 4, "--no-sync");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("every name begins with '_orig_mod.'"), run.err());
    assertEquals(Checkpoints.found(expected), Checkpoints.found(found));
    assertEquals(0, Run.of("diff", wrapped, found).code());
  }

  /** Where one name has them not, they may mean something. */
  @Test
  void leavesWordsThatOneNameHasNot() throws IOException {
    Path model = llama("tiny-llama-gqa");
    rename(model, name -> name.startsWith("lm_head") ? name : "_orig_mod." + name);
    assertRefused(3, "tensor '_orig_mod.model.", model);
  }

  @Test
  void quotesTheFilesNameOfATensorThatNoRuleMatches() throws IOException {
    Path model = llama("tiny-llama-gqa");
    rename(model, name -> "module." + name.replace("lm_head", "lm_had"));
    assertRefused(3, "tensor 'module.lm_had.weight'", model);
  }
}
