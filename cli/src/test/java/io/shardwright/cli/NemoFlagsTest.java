package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.Artifact;
import io.shardwright.engine.Checkpoints;
import io.shardwright.engine.TrainingFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Flags of NeMo's scripts that mean more than a size. */
class NemoFlagsTest {
  private static final String CHANGE = "megatron_change_num_partitions";

  @TempDir Path folder;

  @Test
  void everyFlagOfNemosScriptsThatThePageListsIsTaken() {
    String command = "";
    int flags = 0;
    for (String line : MarkdownPage.of("docs/nemo-commands.md").prose()) {
      if (line.startsWith("## `")) {
        command = line.split("`")[1];
      }
      if (line.startsWith("| `--")) {
        String help = Run.of(command, "--help").out();
        for (String cell : line.split("\\|")[1].split(",")) {
          String flag = cell.strip().replace("`", "").replace('_', '-');
          assertTrue(help.contains(flag), command + " " + flag);
          flags++;
        }
      }
    }
    assertTrue(flags > 40, flags + " flags");
  }

  /** What {@code docs/nemo-commands.md} says of all of them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "reshard",
        "convert",
        CHANGE,
        "convert_ckpt_to_nemo",
        "convert_llama_hf_to_nemo",
        "convert_llama_nemo_to_hf"
      })
  void everyCommandThatWritesTakesTheSameOptions(String command) {
    String help = Run.of(command, "--help").out();
    for (String option :
        List.of(
            "--dry-run",
            "--threads",
            "--device",
            "--no-verify",
            "--no-sync",
            "--manifest",
            "--report",
            "--overwrite",
            "--resume",
            "--json")) {
      assertTrue(help.contains(option), command + " " + option);
    }
  }

  @Test
  void aDryRunWritesNothing() throws IOException {
    Path source = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    Path out = folder.resolve("out.nemo");
    Run run = change(source, out, "--dry-run");
    assertDone(run);
    assertTrue(run.out().contains("TP 2"), run.out());
    assertFalse(Files.exists(out));
  }

  @Test
  void theCommonOptionsMeanTheSame() throws IOException {
    Path source = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    Path out = folder.resolve("out.nemo");
    Path same = folder.resolve("same.nemo");
    Run run = change(source, out, "--threads", "3", "--no-verify", "--manifest", "--json");
    assertDone(run);
    assertTrue(run.out().contains("\"verified\" : false"), run.out());
    assertDone(Run.of("reshard", source, same, "--tp", 2, "--threads", 1, "--manifest"));
    assertEquals(-1, Files.mismatch(out, same));
    String manifest = ".manifest.json";
    assertEquals(
        -1,
        Files.mismatch(
            folder.resolve("out.nemo" + manifest), folder.resolve("same.nemo" + manifest)));
    Run none = change(source, folder.resolve("none.nemo"), "--threads", "0");
    assertEquals(2, none.code());
    assertTrue(none.err().contains("--threads is 0, expected 1 to"), none.err());
  }

  @Test
  void putsAnotherTokenizerIntoTheArchive() throws IOException {
    Path source = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    Path tokenizer = Files.writeString(folder.resolve("other.model"), "another tokenizer");
    Path out = folder.resolve("out.nemo");
    assertDone(change(source, out, "--tokenizer_model_path=" + tokenizer));
    List<Artifact> found = artifacts(out);
    assertEquals(1, found.size(), found.toString());
    assertTrue(found.get(0).name().matches("[0-9a-f]{32}_other\\.model"), found.toString());
    try (var model = Shardwright.restoreFrom(out);
        var file = model.tokenizer().get("model").open()) {
      assertArrayEquals(Files.readAllBytes(tokenizer), file.readAllBytes());
    }
  }

  @Test
  void keepsTheNameOfATokenizerThatIsInTheArchiveAlready() throws IOException {
    Path source = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    Run.of("extract", source, folder.resolve("files"), "--artifacts");
    String name = artifacts(source).get(0).name();
    Path out = folder.resolve("out.nemo");
    Path same = folder.resolve("files").resolve(name);
    assertDone(change(source, out, "--tokenizer_model_path=" + same));
    assertEquals(artifacts(source), artifacts(out));
  }

  @Test
  void refusesATokenizerThatIsNotThere() throws IOException {
    Path source = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    Path out = folder.resolve("out.nemo");
    Run run = change(source, out, "--tokenizer_model_path=" + folder.resolve("none.model"));
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains("SW-101") && run.err().contains("none.model"), run.err());
    assertFalse(Files.exists(out));
  }

  private static List<Artifact> artifacts(Path nemo) {
    try (var checkpoint = Shardwright.create().open(nemo)) {
      return checkpoint.summary().artifacts();
    }
  }

  @Test
  void refusesAPrecisionByTheNameOfItsFlag() {
    Run run = change(Path.of("any.nemo"), folder.resolve("out.nemo"), "--precision=int8");
    assertEquals(2, run.code(), run.err());
    assertTrue(run.err().contains("--precision is 'int8'"), run.err());
  }

  @Test
  void tensorConversionAloneIsRefusedForAFileOfTwoStages() throws IOException {
    Path source = Checkpoints.copy("gpt-5b-like-tp2pp2.nemo", folder);
    Run run = change(source, folder.resolve("out.nemo"), "--tp_conversion_only");
    assertEquals(2, run.code(), run.err());
    assertTrue(run.err().contains("the source has 2"), run.err());
  }

  private static Run change(Path source, Path target, Object... options) {
    var words =
        new ArrayList<Object>(
            List.of(
                CHANGE,
                "--model_file=" + source,
                "--target_file=" + target,
                "--tensor_model_parallel_size=-1",
                "--target_tensor_model_parallel_size=2",
                "--pipeline_model_parallel_size=-1",
                "--target_pipeline_model_parallel_size=1"));
    words.addAll(List.of(options));
    return Run.of(words.toArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"nmt", "neva", "stable_diffusion", "retro"})
  void namesTheModelTypeOfNemosThatIsNotRead(String type) throws IOException {
    Run run = ofType(type);
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains("SW-113") && run.err().contains("'" + type + "'"), run.err());
  }

  @Test
  void refusesAModelTypeThatNemoDoesNotKnow() throws IOException {
    assertEquals(2, ofType("gtp").code());
  }

  private Run ofType(String type) throws IOException {
    return Run.of(
        "convert_ckpt_to_nemo",
        "--checkpoint_folder=" + TrainingFiles.vit(folder),
        "--checkpoint_name=" + TrainingFiles.VIT,
        "--nemo_file_path=" + folder.resolve("out.nemo"),
        "--model_type=" + type);
  }

  @ParameterizedTest
  @CsvSource({
    "convert_llama_nemo_to_hf, --input_name_or_path, --output_path, --hf_input_path,"
        + " --hf_output_path",
    "convert_nemo_llama_to_hf, --in-file, --out-file, --hf-in-path, --hf-out-path"
  })
  void writesTheFolderWhereNemoAlsoWritesATorchFile(
      String command, String in, String out, String reference, String target) throws IOException {
    Path bin = folder.resolve("pytorch_model.bin");
    Path hf = folder.resolve("hf");
    Run run =
        Run.of(
            command,
            in,
            Checkpoints.copy("llama-gqa-tp1.nemo", folder),
            out,
            bin,
            reference,
            "Llama-2-7b-hf",
            target,
            hf,
            "--cpu-only");
    assertDone(run);
    assertTrue(Files.exists(hf.resolve("model.safetensors")));
    assertFalse(Files.exists(bin));
    assertTrue(run.err().contains("pytorch_model.bin"), run.err());
  }

  @Test
  void refusesATorchFileAloneAndSaysWhatIsWritten() throws IOException {
    Path bin = folder.resolve("pytorch_model.bin");
    Path nemo = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Run run = Run.of("convert_llama_nemo_to_hf", "--in-file", nemo, "--out-file", bin);
    assertEquals(2, run.code(), run.err());
    assertTrue(run.err().contains("--hf-output-path"), run.err());
    assertFalse(Files.exists(bin));
  }

  @Test
  void takesTheOlderNameAndTheNewerFlag() throws IOException {
    Path hf = Path.of("../core/src/test/resources/nemo/hf/tiny-llama-gqa");
    Path old = folder.resolve("old.nemo");
    Path later = folder.resolve("later.nemo");
    assertDone(Run.of("convert_hf_llama_to_nemo", "--in-file", hf, "--out-file", old));
    assertDone(
        Run.of(
            "convert_llama_hf_to_nemo",
            "--input_name_or_path",
            hf,
            "--output_path",
            later,
            "--llama31",
            "False"));
    assertArrayEquals(Files.readAllBytes(old), Files.readAllBytes(later));
  }

  private static void assertDone(Run run) {
    assertEquals(0, run.code(), run.err());
  }

  /** A remedy is one that the user's command has, or says which has it. */
  @Test
  void saysWhichCommandHasAnOptionThatItsOwnLacks() throws IOException {
    Path model = Checkpoints.copy("gpt-5b-like-tp2pp2.nemo", folder);
    Path unpacked = folder.resolve("gpt");
    Run.reshard(model, unpacked);
    Path config = unpacked.resolve("model_config.yaml");
    Files.writeString(
        config, Files.readString(config).replaceAll("(make_vocab_size_divisible_by): .*", "$1: 2"));
    Run run =
        Run.of(
            CHANGE,
            "--model_file=" + unpacked,
            "--target_file=" + folder.resolve("x.nemo"),
            "--target_tensor_model_parallel_size=1",
            "--target_pipeline_model_parallel_size=1");
    assertEquals(6, run.code(), run.err());
    assertTrue(run.err().contains("--vocab-size is an option of 'convert'"), run.err());
    Run own = Run.of("reshard", unpacked, folder.resolve("y.nemo"), "--tp", 1, "--pp", 1);
    assertEquals(6, own.code(), own.err());
    assertFalse(own.err().contains("is an option of"), own.err());
  }

  @Test
  void namesATokenizersOptionAsTheCommandDoes() throws IOException {
    Path training = TrainingFiles.gpt(folder);
    Run change =
        Run.of(CHANGE, "--model_extracted_dir=" + training, "--target_file=" + folder.resolve("x"));
    assertEquals(3, change.code(), change.err());
    assertTrue(change.err().contains("give it with --tokenizer-model-path"), change.err());
    Run own =
        Run.of(
            "convert_ckpt_to_nemo",
            "--checkpoint_folder=" + training,
            "--nemo_file_path=" + folder.resolve("x"));
    assertEquals(3, own.code(), own.err());
    assertTrue(own.err().endsWith("give it with --tokenizer-model\n"), own.err());
  }
}
