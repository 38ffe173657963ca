package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.policy.Limit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line says about files from strangers. */
class PolicyOptionsTest {
  private static final Path BENIGN = Path.of("../core/src/test/resources/benign");

  @TempDir Path folder;
  private Path vit;

  @BeforeEach
  void unpack() throws IOException {
    vit = Run.vit(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"inspect", "verify", "plan", "reshard", "convert", "adapters"})
  void everyCommandHasEveryLimit(String command) {
    String help = Run.of(command, "--help-limits").out();
    for (Limit limit : Limit.values()) {
      assertTrue(help.contains(Flags.of(limit) + "="), limit.name());
    }
  }

  @Test
  void aLimitInTheWayNamesItselfAndCanBeRaised() {
    Run refused = Run.of("verify", vit, "--max-entries", "10");
    assertEquals(5, refused.code(), refused.err());
    assertTrue(refused.err().startsWith("error: SW-114 "), refused.err());
    assertTrue(refused.err().contains("--max-entries"), refused.err());
    assertEquals(0, Run.of("verify", vit, "--max-entries", "1000").code());
  }

  @Test
  void aLimitHoldsForWhateverReads() {
    Path out = folder.resolve("out.nemo");
    for (Object[] args :
        new Object[][] {
          {"inspect", vit}, {"verify", vit}, {"plan", vit, out}, {"reshard", vit, out}
        }) {
      Object[] limited = java.util.Arrays.copyOf(args, args.length + 1);
      limited[args.length] = "--max_pickle_bytes=1KiB";
      assertEquals(5, Run.of(limited).code());
    }
    assertTrue(Files.notExists(out));
  }

  @ParameterizedTest
  @CsvSource({
    "--max-config-bytes, 16MiB, 0", "--max-config-bytes, 1GB, 0", "--max-config-bytes, 70000, 0",
    "--max-config-bytes, 5 MB, 2", "--max-config-bytes, -1, 2", "--max-config-bytes, 1e6, 2",
    "--max-config-bytes, 9TiB, 2", "--max-entries, 1K, 2", "--max-entries, 5000000, 0",
    "--max-yaml-depth, 100000, 2", "--max-spool-bytes, 9999999TiB, 2"
  })
  void sizesAreSpeltAsPeopleDo(String option, String value, int code) {
    Run run = Run.of("inspect", vit, option + "=" + value);
    assertEquals(code, run.code(), run.err());
    assertTrue(code == 0 || run.err().startsWith("error: " + option), run.err());
  }

  @Test
  void unknownObjectsAreKeptUnlessRefused() {
    Path file = BENIGN.resolve("unknown.pt");
    Run kept = Run.of("verify", file);
    assertEquals(0, kept.code(), kept.err());
    assertTrue(kept.err().contains("__main__.Unknown"), kept.err());
    Run refused = Run.of("verify", file, "--unknown-globals=refuse");
    assertEquals(4, refused.code());
    assertTrue(refused.err().contains("__main__.Unknown"), refused.err());
    Path records = BENIGN.resolve("omegaconf.pt");
    assertEquals(0, Run.of("verify", records, "--unknown-globals", "refuse").code());
  }

  @Test
  void linksOfAFolderAreFollowedUnlessRefused() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    Path file = BENIGN.resolve("plain.safetensors").toAbsolutePath();
    Files.createSymbolicLink(model.resolve("model.safetensors"), file);
    assertEquals(0, Run.of("verify", model).code());
    Run refused = Run.of("verify", model, "--no-follow-links");
    assertEquals(4, refused.code());
    assertTrue(refused.err().contains("model.safetensors"), refused.err());
  }

  @Test
  void saysWhatEachNameWouldDoInPython() throws IOException {
    Run run = Run.of("inspect", "--pickle", hostile());
    assertEquals(0, run.code(), run.err());
    assertTrue(
        run.out().contains("dangerous   os.system runs a shell command or another program"),
        run.out());
    assertTrue(run.out().contains("here: os.system('touch pwned')"), run.out());
    assertTrue(run.out().contains("collections.OrderedDict makes an ordered dict"), run.out());
    assertTrue(run.out().contains("my.module.Thing is unknown"), run.out());
    Run json = Run.of("inspect", "--pickle", "--json", hostile());
    assertTrue(json.out().contains("\"effect\""), json.out());
    assertTrue(json.out().contains("os.system('touch pwned')"), json.out());
  }

  @Test
  void everyOtherCommandRefusesACallThatWouldRunCode() throws IOException {
    Path file = hostile();
    for (String command : new String[] {"verify", "plan", "reshard", "convert"}) {
      Run run =
          command.equals("verify")
              ? Run.of(command, file)
              : Run.of(command, file, folder.resolve("out"));
      assertEquals(4, run.code(), command + run.err());
      assertTrue(run.err().contains("SW-301"), run.err());
    }
    assertTrue(Files.notExists(folder.resolve("out")));
  }

  /** The older format, in which a pickle can be written by hand. */
  private Path hostile() throws IOException {
    String text =
        "\u0080\2\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.\u0080\2M\u00e9\3.\u0080\2}X\r\0\0\0"
            + "little_endian\u0088s.(dS'a'\ncos\nsystem\n(S'touch pwned'\ntRsS'b'\n"
            + "ccollections\nOrderedDict\n)RsS'c'\ncmy.module\nThing\ns.].";
    return Files.write(folder.resolve("hostile.pt"), text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void convertsWhatNoFamilyClaimsToSafetensorsAndNothingElse() {
    Path file = BENIGN.resolve("archive-gnu.nemo");
    Path out = folder.resolve("out");
    Run run = Run.of("convert", file, out, "--to", "safetensors");
    assertEquals(0, run.code(), run.err());
    assertTrue(Files.exists(out.resolve("model.safetensors")));
    assertEquals(3, Run.of("convert", file, folder.resolve("hf"), "--to", "huggingface").code());
    Run refused = Run.of("reshard", BENIGN.resolve("nested.pt"), folder.resolve("x"), "--tp", 2);
    assertEquals(3, refused.code());
    assertTrue(refused.err().contains("convert --to safetensors"), refused.err());
    Path flat = folder.resolve("flat");
    Run torch = Run.of("convert", BENIGN.resolve("nested.pt"), flat, "--to", "safetensors");
    assertEquals(0, torch.code(), torch.err());
    String sums = Run.of("verify", flat.resolve("model.safetensors"), "--sums", "-q").out();
    assertTrue(sums.contains("\tmodel.layer.0.w\n"), sums);
  }

  @Test
  void theLimitsHoldForFamiliesAndAdaptersToo() throws IOException {
    Path family = Files.writeString(folder.resolve("f.yaml"), "family: x\nrestores: [a.B]\n");
    Run read = Run.of("inspect", BENIGN.resolve("tensor.pt"), "--family-file", family);
    assertEquals(3, read.code(), read.err());
    Run over =
        Run.of(
            "inspect", BENIGN.resolve("tensor.pt"), "--family-file", family, "--max-yaml-depth", 1);
    assertEquals(5, over.code(), over.err());
    assertTrue(over.err().contains("f.yaml"), over.err());
    Run draft =
        Run.of(
            "families",
            "validate",
            family,
            BENIGN.resolve("archive-gnu.nemo"),
            "--max-yaml-depth",
            1);
    assertEquals(5, draft.code(), draft.err());
    Path adapter = Files.createDirectory(folder.resolve("adapter"));
    Files.writeString(adapter.resolve("adapter_config.json"), "{\"a\":[[1]]}");
    Path model = BENIGN.resolve("archive-gnu.nemo");
    Run lora =
        Run.of(
            "convert", model, folder.resolve("o.nemo"), "--lora", adapter, "--max-json-depth", 2);
    assertEquals(5, lora.code(), lora.err());
    assertTrue(lora.err().contains("adapter_config.json"), lora.err());
  }
}
