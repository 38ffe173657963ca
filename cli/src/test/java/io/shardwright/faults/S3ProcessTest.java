package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.cli.LargeVit;
import io.shardwright.remote.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program against an S3 server: from disk to store, from store to store, in parts, killed. */
class S3ProcessTest {
  private static final long SEED = 20_261_130;
  private static final String LLAMA = "../core/src/test/resources/nemo/llama-gqa-tp1.nemo";

  /** What a target is made with, and its name. */
  private static final Map<String, List<String>> TARGETS =
      Map.of(
          "ranks.nemo", List.of("--tp", "2", "--layout", "ranks"),
          "zarr", List.of("--to", "nemo", "--tp", "2", "--layout", "distributed"),
          "huggingface", List.of("--to", "huggingface", "--max-shard-size", "300KB"),
          "torch_dist", List.of("--to", "torch_dist", "--tp", "2"));

  private static S3Server server;

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private final TreeMap<String, Integer> killed = new TreeMap<>();
  private long lifetime = 1_500;

  @BeforeAll
  static void start() throws IOException {
    server = new S3Server();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static Program program(Object... args) throws IOException {
    return Program.start(Program.command(List.of(), args), server.environment());
  }

  private static void run(Object... args) throws Exception {
    Program program = program(args);
    int code = program.end();
    String said = program.out() + program.err();
    assertEquals(0, code, () -> Arrays.toString(args) + said);
    assertFalse(said.contains(S3Server.SECRET), said);
  }

  private static Object[] convert(Object source, Object target, List<String> how, String... more) {
    var all = new ArrayList<Object>(List.of("convert", source, target, "--no-progress"));
    all.addAll(how);
    all.addAll(List.of(more));
    return all.toArray();
  }

  private TreeMap<String, String> calm(String source, String name) throws Exception {
    Path calm = folder.resolve("calm").resolve(name);
    Files.createDirectories(calm.getParent());
    run(convert(source, calm, TARGETS.get(name)));
    return Model.contents(calm);
  }

  /** The objects of a target with their bytes, as {@link Model#contents} gives those of files. */
  private static TreeMap<String, String> contents(String target) throws Exception {
    var contents = new TreeMap<String, String>();
    server
        .objects(target)
        .forEach((name, bytes) -> contents.put(name, Arrays.hashCode(bytes) + " " + bytes.length));
    return contents;
  }

  private static void assertComplete(TreeMap<String, String> expected, String key, String when)
      throws Exception {
    assertEquals(expected, contents(key), when);
    String folder = key.substring(0, key.indexOf('/') + 1);
    var beside = server.keys().stream().filter(k -> k.startsWith(folder)).toList();
    assertEquals(expected.size(), beside.size(), when + ": " + beside);
    var open = server.uploads().stream().filter(k -> k.startsWith(folder)).toList();
    assertEquals(List.of(), open, when);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ranks.nemo", "zarr", "huggingface", "torch_dist"})
  @Tag("remote")
  void oneRunAndPartsAndACopyWithinTheStoreHaveTheBytesOfALocalRun(String name) throws Exception {
    var expected = calm(LLAMA, name);
    run(convert(LLAMA, S3Server.BUCKET + name + "-one/" + name, TARGETS.get(name)));
    assertComplete(expected, name + "-one/" + name, "one run");
    for (int count : new int[] {1, 2, 3, 7}) {
      String key = name + "-" + count + "/" + name;
      var order = new ArrayList<>(IntStream.rangeClosed(1, count).boxed().toList());
      Collections.shuffle(order, random);
      for (int part : order) {
        run(convert(LLAMA, S3Server.BUCKET + key, TARGETS.get(name), "--part", part + "/" + count));
      }
      assertEquals(Map.of(), contents(key), "before it is finished");
      run("finish", S3Server.BUCKET + key, "--no-progress");
      assertComplete(expected, key, "seed " + SEED + ", " + count + " parts");
    }
  }

  @Test
  @Tag("remote")
  void aSourceInTheStoreGivesTheSameBytes() throws Exception {
    run(convert(LLAMA, S3Server.BUCKET + "sources/model", List.of("--to", "huggingface")));
    Path local = folder.resolve("local");
    run(convert(LLAMA, local, List.of("--to", "huggingface")));
    var expected = calm(local.toString(), "ranks.nemo");
    String target = "copies/ranks.nemo";
    var how = TARGETS.get("ranks.nemo");
    run(convert(S3Server.BUCKET + "sources/model", S3Server.BUCKET + target, how));
    assertEquals(expected, contents(target));
    assertEquals(0, program("diff", S3Server.BUCKET + target, LLAMA).end());
  }

  @Test
  @Tag("remote")
  void anExistingTargetIsRefused() throws Exception {
    String target = S3Server.BUCKET + "there/out.nemo";
    run(convert(LLAMA, target, TARGETS.get("ranks.nemo")));
    assertEquals(4, program(convert(LLAMA, target, TARGETS.get("ranks.nemo"))).end());
    run(convert(LLAMA, target, TARGETS.get("ranks.nemo"), "--overwrite"));
  }

  @Test
  @Tag("remote")
  void aRunThatIsInterruptedLeavesNothing() throws Exception {
    Path source = large(2, 640);
    Program program = program("reshard", source, S3Server.BUCKET + "int/out", "--tp", 2);
    Thread.sleep(3_000);
    program.signal("INT");
    int code = program.end();
    assertTrue(code == 130 || code == 0, code + program.err());
    var left = server.keys().stream().filter(key -> key.startsWith("int/")).toList();
    assertTrue(code == 0 || left.isEmpty(), left.toString());
    assertTrue(server.uploads().stream().noneMatch(key -> key.startsWith("int/")));
  }

  private Path large(int layers, long hidden) throws IOException {
    Path source = folder.resolve("large.nemo");
    new LargeVit(layers, hidden).write(source);
    return source;
  }

  @Test
  @Tag("remote")
  void runsPartsAndFinishersMayBeKilledThreeTimes() throws Exception {
    kills(3, 2, 640);
  }

  @Test
  @Tag("kill")
  void runsPartsAndFinishersMayBeKilledThirtyTimes() throws Exception {
    kills(30, 2, 640);
    System.out.println("killed: " + killed);
  }

  private int hits(String what) {
    return killed.getOrDefault(what, 0);
  }

  private void kills(int wanted, int layers, long hidden) throws Exception {
    Path source = large(layers, hidden);
    Path calm = folder.resolve("calm");
    run("reshard", source, calm, "--tp", 2, "--no-progress");
    var expected = Model.contents(calm);
    for (int round = 0; Math.min(hits("run"), Math.min(hits("part"), hits("finish"))) < wanted; ) {
      assertTrue(round < 20 * wanted, "seed " + SEED + ": hardly any is killed: " + killed);
      round(source, expected, "killed" + round++ + "/out");
    }
  }

  private void round(Path source, TreeMap<String, String> expected, String key) throws Exception {
    String target = S3Server.BUCKET + key;
    String when = "seed " + SEED + ", " + key;
    Object[] run = {"reshard", source, target, "--tp", 2, "--no-progress"};
    kill("run", run);
    if (contents(key).equals(expected)) {
      run("reshard", source, target, "--tp", 2, "--no-progress", "--overwrite");
    } else {
      run(run);
    }
    assertComplete(expected, key, when);
    String parts = S3Server.BUCKET + "parts-" + key;
    kill("part", "reshard", source, parts, "--tp", 2, "--no-progress", "--part", "1/2");
    run("reshard", source, parts, "--tp", 2, "--no-progress", "--part", "2/2");
    run("reshard", source, parts, "--tp", 2, "--no-progress", "--part", "1/2");
    kill("finish", "finish", parts, "--no-progress");
    var finishers = List.of(program("finish", parts), program("finish", parts));
    int ended = 0;
    for (Program finisher : finishers) {
      ended += finisher.end() == 0 ? 1 : 0;
    }
    assertTrue(ended > 0, when + finishers.get(0).err() + finishers.get(1).err());
    assertComplete(expected, "parts-" + key, when);
  }

  private void kill(String what, Object... command) throws Exception {
    Program program = program(command);
    boolean alive = program.killAfter(lifetime / 4 + random.nextLong(lifetime));
    lifetime = alive ? lifetime + lifetime / 32 : lifetime - lifetime / 8;
    killed.merge(alive ? what : "too late", 1, Integer::sum);
  }
}
