package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a shell, a script and a manual reader get. */
class MannersTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "fish"})
  void completesEveryCommandAndOption(String shell) {
    String script = Run.of("completion", shell).out();
    for (String command : commands()) {
      assertTrue(script.contains(command), command);
      for (String option : options(command)) {
        String name = shell.equals("fish") ? "-l " + option.substring(2) : option;
        assertTrue(script.contains(name), command + " " + option);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "fish"})
  void completionIsAScriptThatTheShellTakes(String shell) throws Exception {
    Path script = Files.writeString(folder.resolve("script"), Run.of("completion", shell).out());
    boolean installed =
        Stream.of("/bin/", "/usr/bin/").anyMatch(bin -> Files.exists(Path.of(bin + shell)));
    org.junit.jupiter.api.Assumptions.assumeTrue(installed, shell + " is not installed");
    var process = new ProcessBuilder(shell, "-n", script.toString()).inheritIO().start();
    assertEquals(0, process.waitFor());
  }

  @Test
  void refusesAnUnknownShellNamingTheKnownOnes() {
    Run run = Run.of("completion", "tcsh");
    assertEquals(2, run.code());
    assertTrue(run.err().contains("[bash, zsh, fish]"), run.err());
  }

  @Test
  void theManualDescribesEveryCommandAndOption() {
    String manual = Run.of("manual").out().replace("\\-", "-");
    for (String command : commands()) {
      assertTrue(manual.contains(".SS " + command), command);
      options(command).forEach(option -> assertTrue(manual.contains(option), command + option));
    }
    assertFalse(manual.lines().anyMatch(line -> line.startsWith("'")), manual);
  }

  private static List<String> commands() {
    return Run.of("--help")
        .out()
        .lines()
        .filter(line -> line.matches("  [a-z_]+(, [a-z_]+)* .*|  [a-z_]+(, [a-z_]+)*"))
        .map(line -> line.strip().split("[ ,]")[0])
        .toList();
  }

  private static List<String> options(String command) {
    var found = java.util.regex.Pattern.compile("--[a-z][a-z-]+");
    return found.matcher(Run.of(command, "--help").out()).results().map(r -> r.group()).toList();
  }

  @Test
  void everyCommandAsksForHelpTheSameWay() {
    assertTrue(commands().size() >= 14, commands().toString());
    for (String command : commands()) {
      Run run = Run.of(command, "--help");
      assertEquals(0, run.code(), command);
      assertTrue(run.out().startsWith("Usage: shardwright " + command), run.out());
      assertTrue(run.out().contains("--json") && run.out().contains("--quiet"), command);
    }
  }

  @Test
  void errorsAreOneJsonObjectOnStdoutWhereOneIsAskedFor() throws IOException {
    Path missing = folder.resolve("none.nemo");
    for (Object[] args :
        new Object[][] {{"inspect", missing, "--json"}, {"inspect", missing, "--json", "--x"}}) {
      Run run = Run.of(args);
      assertTrue(run.code() == 3 || run.code() == 2, run.err());
      assertTrue(run.err().startsWith("error: "), run.err());
      try (var json = new JsonFactory().createParser(run.out())) {
        assertEquals(JsonToken.START_OBJECT, json.nextToken());
        assertEquals("schema_version", json.nextFieldName());
        json.nextToken();
        assertEquals("error", json.nextFieldName());
        json.nextToken();
        assertEquals("code", json.nextFieldName());
        assertEquals(args.length == 3 ? "SW-101" : "usage", json.nextTextValue());
      }
    }
  }

  @Test
  void takesAnArgumentThatBeginsWithAtAsItStands() throws IOException {
    Path vit = Run.vit(folder);
    Path arguments = folder.resolve("arguments");
    Files.writeString(arguments, "inspect\n\"" + vit + "\"\n--adapter-path=none.jar\n");
    for (Object[] words :
        new Object[][] {
          {"@" + arguments},
          {"inspect", "@" + arguments},
          {"plan", "@" + arguments, "@out.nemo"},
          {"megatron_change_num_partitions", "--model_file=@" + arguments, "--target_file=b.nemo"},
          {"megatron_change_num_partitions", "--model_file=a", "--target_file=b", "@" + arguments}
        }) {
      Run run = Run.of(words);
      assertTrue(run.code() == 2 || run.code() == 3, run.out() + run.err());
      assertTrue(run.err().contains("arguments"), run.err());
      assertFalse(run.err().contains("none.jar"), run.err());
    }
  }

  @Test
  void leavesWhatFollowsTwoHyphensAsItStands() {
    Run run = Run.of("inspect", "--json", "--", "--a_b.nemo");
    assertEquals(3, run.code());
    assertTrue(run.err().contains("--a_b.nemo: no such file"), run.err());
  }

  @ParameterizedTest
  @CsvSource({
    "reshard,--tp=0,--tp is 0",
    "reshard,--tensor-model-parallel-size=0,--tensor-model-parallel-size is 0",
    "reshard,--target_tensor_model_parallel_size=0,--target_tensor_model_parallel_size is 0",
    "reshard,--pipeline_model_parallel_size=x,--pipeline_model_parallel_size is 'x'",
    "plan,--virtual-pipeline-model-parallel-size=-1,--virtual-pipeline-model-parallel-size is -1",
    "convert,--precision=7,--precision is '7'",
    "convert,--dtype=7,--dtype is '7'",
    "convert,--max_shard_size=7x,--max_shard_size is '7x'",
    "reshard,--no_such_option,--no_such_option'",
    "reshard,--vocab_size=-1,--vocab_size is -1",
    "reshard,--max_yaml_depth=x,--max_yaml_depth",
    "megatron_ckpt_to_nemo,--precision=7,--precision is '7'",
    "diff,--threads=0,--threads is 0"
  })
  void namesAnOptionAsItWasTyped(String command, String typed, String named) {
    Object[] ours = {command, "a", "b.nemo", typed, "--json"};
    Object[] nemos = {
      command,
      "--checkpoint_folder=a",
      "--nemo_file_path=b.nemo",
      "--checkpoint_name=c",
      typed,
      "--json"
    };
    Run run = Run.of(command.contains("_") ? nemos : ours);
    assertEquals(2, run.code(), run.err());
    String words = run.err().replace("\n", " ");
    assertTrue(words.contains(named), run.err());
    assertTrue(run.out().contains(named), run.out());
  }

  @Test
  void namesAnOptionOfNemoAsItWasTyped() throws IOException {
    Path vit = Run.vit(folder);
    Path none = folder.resolve("none.model");
    Run run =
        Run.of(
            "megatron_change_num_partitions",
            "--model_file=" + vit,
            "--target_file=" + folder.resolve("out.nemo"),
            "--tokenizer_model_path=" + none);
    assertTrue(run.err().contains("leave --tokenizer_model_path out"), run.err());
  }

  @Test
  void suggestsTheNearestCommandAndOption() {
    assertTrue(Run.of("reshar", "a", "b").err().contains("reshard"));
    assertTrue(Run.of("reshard", "a", "b", "--no-synk").err().contains("--no-sync"));
  }

  @Test
  void tellsPlanAndAdaptersOnStderrWhereAskedTo() throws IOException {
    Path vit = Run.vit(folder);
    Run quiet = Run.of("reshard", vit, folder.resolve("a.nemo"), "--tp", "2", "--no-progress");
    assertEquals("", quiet.err());
    Run run = Run.of("reshard", vit, folder.resolve("b.nemo"), "--tp", "2", "-v");
    assertTrue(run.err().contains("adapter 'vit' from"), run.err());
    assertTrue(run.err().contains("target     TP 2, PP 1"), run.err());
    assertEquals(quiet.out().lines().count(), run.out().lines().count());
  }

  @Test
  void namesEveryFormatThatIsRead() {
    String out = Run.of("adapters").out();
    String formats =
        "formats: nemo, lightning, safetensors, bridge, dcp, huggingface,"
            + " huggingface-peft, megatron, nemo2, torch_dist";
    assertTrue(out.contains(formats), out);
  }
}
