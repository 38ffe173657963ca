package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.ReshardRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of docs/cluster.md, each as processes of this machine. */
@Tag("process")
class ClusterProcessTest {
  private static final int PARTS = 2;

  @TempDir Path folder;
  private Path source;
  private Path bin;

  @BeforeEach
  void prepare() throws IOException {
    source = Model.of(Model.Kind.HUGGING_FACE).source(folder);
    bin = Files.createDirectories(folder.resolve("bin"));
    var words = Program.command(List.of()).stream().map(word -> "'" + word + "'").toList();
    Path program = bin.resolve("shardwright");
    Files.writeString(program, "#!/bin/sh\nexec " + String.join(" ", words) + " \"$@\"\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
  }

  /** The block below a comment of the page. */
  private static String block(String name) throws IOException {
    List<String> page = Files.readAllLines(Path.of("../docs/cluster.md"));
    int first = page.indexOf("<!-- " + name + " -->") + 2;
    int end = first + page.subList(first, page.size()).indexOf("```");
    return String.join("\n", page.subList(first, end)) + "\n";
  }

  private Process start(String script, Path target, Map<String, String> variables)
      throws IOException {
    var process = new ProcessBuilder("bash", "-euc", script).inheritIO();
    process.environment().put("PATH", bin + ":" + System.getenv("PATH"));
    process.environment().putAll(Map.of("SRC", source.toString(), "DST", target.toString()));
    process.environment().putAll(variables);
    return process.start();
  }

  private void run(String script, Path target, List<Map<String, String>> tasks) throws Exception {
    var running = new ArrayList<Process>();
    for (Map<String, String> variables : tasks) {
      running.add(start(script, target, variables));
    }
    for (Process process : running) {
      assertEquals(0, process.waitFor());
    }
    assertEquals(0, Program.start("finish", target, "--no-progress").end());
  }

  private static List<Map<String, String>> tasks(Map<String, String> all, String index) {
    var tasks = new ArrayList<Map<String, String>>();
    for (int task = 0; task < PARTS; task++) {
      var variables = new TreeMap<>(all);
      variables.put(index, Integer.toString(task));
      tasks.add(variables);
    }
    return tasks;
  }

  private void requireSame(Path target) throws IOException {
    Path calm = folder.resolve("calm.nemo");
    Model.run(ReshardRequest.builder(source, calm).tensorModelParallelSize(2).sync(false));
    assertEquals(-1, Files.mismatch(calm, target));
  }

  @Test
  void slurm() throws Exception {
    Path target = folder.resolve("slurm.nemo");
    String script = block("slurm").replace("--tp 8", "--tp 2");
    var all = Map.of("SLURM_ARRAY_TASK_COUNT", Integer.toString(PARTS), "SLURM_ARRAY_JOB_ID", "77");
    run(script, target, tasks(all, "SLURM_ARRAY_TASK_ID"));
    requireSame(target);
  }

  @Test
  void kubernetes() throws Exception {
    Path target = folder.resolve("kubernetes.nemo");
    String script =
        block("kubernetes")
            .lines()
            .filter(line -> line.contains("- shardwright "))
            .map(line -> line.strip().substring(2))
            .collect(Collectors.joining("\n"))
            .replace("--tp 8", "--tp 2");
    run(script, target, tasks(Map.of("PARTS", "" + PARTS), "JOB_COMPLETION_INDEX"));
    requireSame(target);
  }
}
