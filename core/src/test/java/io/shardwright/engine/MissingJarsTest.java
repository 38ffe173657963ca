package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RestoreOptions;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.format.ModelFormat;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A program whose class path lacks some of Shardwright's jars. */
class MissingJarsTest extends ModelFolders {
  private static final String VIT = "io.shardwright:shardwright-adapters-vit";
  private static final String LLAMA = "io.shardwright:shardwright-adapters-llama";
  private static final String NVGPT = "io.shardwright:shardwright-adapters-nvgpt";
  private static final String HUGGING_FACE = "io.shardwright:shardwright-adapters-huggingface";

  private int loaders;

  /** With the providers of the jars that are there. */
  private Shardwright with(String... packages) throws IOException {
    var providers = new Providers(folder.resolve("jars-" + loaders++));
    Predicate<Object> there =
        provider ->
            List.of(packages)
                .contains(provider.getClass().getPackageName().replaceAll(".*\\.", ""));
    for (Class<?> service : List.of(ModelFamilyAdapter.class, ModelFormat.class)) {
      var names =
          ServiceLoader.load(service).stream()
              .map(ServiceLoader.Provider::get)
              .filter(there)
              .map(provider -> provider.getClass().getName())
              .toList();
      providers.offer(service, names);
    }
    return Shardwright.builder().classLoader(providers).build();
  }

  private static String refusal(Shardwright shardwright, Path source) {
    var refusal =
        assertThrows(
            CheckpointException.class, () -> shardwright.restore(source, RestoreOptions.NONE));
    assertEquals(ErrorCode.FAMILY_UNKNOWN, refusal.code(), refusal.getMessage());
    return refusal.getMessage();
  }

  private static void requireNames(String message, String... artifacts) {
    for (String artifact : List.of(VIT, LLAMA, NVGPT, HUGGING_FACE)) {
      assertEquals(List.of(artifacts).contains(artifact), message.contains(artifact), message);
    }
  }

  @Test
  void namesTheFamilysArtifact() throws IOException {
    Path llama = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Path gpt = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    Path vit = Checkpoints.copy("vit-tp1.nemo", folder);
    requireNames(refusal(with(), llama), LLAMA, NVGPT);
    requireNames(refusal(with("vit", "huggingface"), gpt), LLAMA, NVGPT);
    requireNames(refusal(with("llama", "nvgpt"), vit), VIT);
  }

  /** Both jars claim NeMo's one class for GPT. */
  @Test
  void namesTheOtherArtifactWhereTheFamilyThatIsThereDoesNotFit() throws IOException {
    requireNames(refusal(with("llama"), Checkpoints.copy("gpt-5b-like-tp1.nemo", folder)), NVGPT);
  }

  @Test
  void namesTheFormatsArtifact() throws IOException {
    Path llama = llama("tiny-llama-gqa");
    requireNames(refusal(with("llama", "nvgpt", "vit"), llama), HUGGING_FACE);
    requireNames(refusal(with("huggingface", "nvgpt", "vit"), llama), LLAMA);
    requireNames(refusal(with("huggingface"), huggingFace("gpt2")), NVGPT);
  }

  @Test
  void namesTheArtifactWhereSomethingIsWrittenToo() throws IOException {
    Path llama = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    var request = ReshardRequest.builder(llama, folder.resolve("out.nemo")).build();
    Shardwright without = with("vit");
    var refusal = assertThrows(CheckpointException.class, () -> without.plan(request));
    requireNames(refusal.getMessage(), LLAMA, NVGPT);
  }

  @Test
  void givesStoredNamesWhereTheyAreAskedFor() throws IOException {
    Path llama = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    for (Shardwright any : List.of(with(), with("llama"))) {
      try (var model = any.restore(llama, RestoreOptions.NONE.withStoredNames())) {
        assertFalse(model.tensors().containsKey("output_layer.weight"), model.tensors() + "");
        assertTrue(
            model.tensors().keySet().stream().allMatch(name -> name.startsWith("model.")),
            model.tensors() + "");
      }
    }
  }

  /** The table of artifacts knows all that the jars know. */
  @Test
  void everyClassIsNamedWithItsFamilysArtifact() throws IOException {
    Set<String> classes = new TreeSet<>();
    for (ModelFamilyAdapter family : ServiceLoader.load(ModelFamilyAdapter.class)) {
      var known = new TreeSet<String>();
      family.restoreClasses().forEach(each -> known.add(each.name()));
      family.huggingFaceModels().forEach(each -> known.add(each.architecture()));
      for (String name : known) {
        requireNamed(family, name);
      }
      classes.addAll(known);
    }
    assertTrue(classes.size() > 10, classes.toString());
  }

  private static void requireNamed(ModelFamilyAdapter family, String className) throws IOException {
    try (var empty = new URLClassLoader(new URL[0], null)) {
      String remedy = AdapterRegistry.load(empty).remedy(Optional.of(className));
      String jar = family.getClass().getPackageName().replaceAll(".*\\.", "");
      assertTrue(remedy.contains("shardwright-adapters-" + jar), className + ": " + remedy);
    }
  }
}
