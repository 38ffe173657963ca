package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.cli.LargeVit;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RunOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** {@code kill -9} at random moments of real runs; several runs at once. */
class KillProcessTest {
  private static final String TOO_LATE = "too late";
  private static final String[] NAMES = {"out.nemo", "out"};

  @TempDir(factory = TempDirFactory.Standard.class)
  Path folder;

  private final Random random = new Random(20_261_125);
  private final TreeMap<String, Integer> hits = new TreeMap<>();
  private final Map<String, TreeMap<String, String>> expected = new HashMap<>();
  private Path source;
  private Path old;

  /** About that of a run here, in milliseconds; it follows what is seen. */
  private long lifetime = 500;

  @Test
  @Tag("process")
  void survivesAFewKills() throws Exception {
    prepare(3, 384);
    kills(4);
  }

  @Test
  @Tag("kill")
  void survivesTwoHundredKills() throws Exception {
    prepare(6, 1_024);
    kills(200);
    hits.forEach((phase, count) -> System.out.println(count + " kills " + phase));
  }

  /** Those that come too late don't count. */
  private void kills(int wanted) throws Exception {
    for (int round = 0; alive() < wanted; round++) {
      round(round);
    }
  }

  private int alive() {
    int all = hits.values().stream().mapToInt(count -> count).sum();
    return all - hits.getOrDefault(TOO_LATE, 0);
  }

  @Test
  @Tag("process")
  void oneOfSeveralWins() throws Exception {
    prepare(2, 320);
    race(0, 4);
  }

  @Test
  @Tag("kill")
  void oneOfEightWinsTwentyTimes() throws Exception {
    prepare(2, 320);
    for (int round = 0; round < 20; round++) {
      race(round, 8);
    }
  }

  private void prepare(int layers, long hidden) throws Exception {
    Files.createDirectories(folder.resolve("calm"));
    source = folder.resolve("large.nemo");
    new LargeVit(layers, hidden).write(source);
    old = Model.of(Model.Kind.ARCHIVE).source(folder);
    for (String name : NAMES) {
      Path calm = folder.resolve("calm/" + name);
      run(source, calm, false, false);
      expected.put(name, Model.contents(calm));
    }
  }

  private static Object[] with(Object[] command, Object option) {
    var all = new ArrayList<>(List.of(command));
    all.add(option);
    return all.toArray();
  }

  private Object[] command(Path target, boolean overwrite) {
    Object[] plain = {"reshard", source, target, "--tp", 2, "--no-progress"};
    return overwrite ? with(plain, "--overwrite") : plain;
  }

  /** An archive or a folder, new or in the place of an old one; killed, and gone on with. */
  private void round(int round) throws Exception {
    String name = NAMES[round % 2];
    boolean overwrite = round / 2 % 2 == 1;
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Path target = disk.resolve(name);
    TreeMap<String, String> before = overwrite ? old(target) : new TreeMap<>();
    var expected = this.expected.get(name);
    String when = "round " + round + " of " + name + (overwrite ? ", overwriting" : "");
    kill(Program.start(command(target, overwrite)), disk, target, before, expected, when);
    if (round % 3 == 2) {
      var again = with(command(target, overwrite), "--resume");
      kill(Program.start(again), disk, target, before, expected, when + ", killed again");
    }
    finish(target, overwrite, round % 5 != 4, when);
    assertEquals(expected, Model.contents(target), when);
    Model.assertHolds(disk, when, name);
    Program.delete(disk);
  }

  private TreeMap<String, String> old(Path target) throws IOException {
    run(old, target, false, false);
    return Model.contents(target);
  }

  private void kill(
      Program program,
      Path disk,
      Path target,
      TreeMap<String, String> before,
      TreeMap<String, String> expected,
      String when)
      throws Exception {
    boolean begun = random.nextBoolean() && program.awaitFile(disk, ".partial");
    long delay = random.nextLong(1 + (begun ? lifetime / 2 : lifetime));
    boolean alive = program.killAfter(delay);
    lifetime = alive ? lifetime + lifetime / 64 : lifetime - lifetime / 8;
    var found = Model.contents(target);
    String phase = phase(disk, found, before, expected);
    hits.merge(alive ? phase : TOO_LATE, 1, Integer::sum);
    String what = when + ", killed after " + delay + " ms: " + phase;
    if (found.equals(expected)) {
      Shardwright.create().verify(target, Set.of(), ProgressListener.SILENT);
    } else if (found.isEmpty() && phase.startsWith("between")) {
      assertEquals(before, Model.contents(only(disk, ".replaced")), what);
    } else {
      assertEquals(before, found, what);
    }
  }

  private static String phase(
      Path disk,
      TreeMap<String, String> found,
      TreeMap<String, String> before,
      TreeMap<String, String> expected)
      throws IOException {
    if (found.equals(expected)) {
      return "after publication";
    } else if (only(disk, ".replaced") != null && !found.equals(before)) {
      return "between the two renames";
    }
    Path journal = only(disk, ".journal");
    if (journal == null) {
      return "before writing";
    }
    return Files.size(journal) > Program.JOURNAL_START
        ? "while writing or verifying"
        : "at the first tensor";
  }

  private static Path only(Path disk, String suffix) throws IOException {
    try (var entries = Files.list(disk)) {
      return entries.filter(entry -> entry.toString().endsWith(suffix)).findFirst().orElse(null);
    }
  }

  /** The last run is left alone; it goes on or begins anew. */
  private void finish(Path target, boolean overwrite, boolean resume, String when) {
    boolean complete = Files.exists(target) && !overwrite;
    assertTrue(run(source, target, overwrite, resume || complete), when);
  }

  private static boolean run(Path source, Path target, boolean overwrite, boolean resume) {
    var request =
        ReshardRequest.builder(source, target)
            .tensorModelParallelSize(2)
            .overwrite(overwrite)
            .sync(false)
            .run(RunOptions.DEFAULT.withResume(resume));
    return Model.run(request).verified();
  }

  private void race(int round, int many) throws Exception {
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Path target = disk.resolve(NAMES[round % 2]);
    var runs = new ArrayList<Program>();
    for (int i = 0; i < many; i++) {
      runs.add(Program.start(command(target, false)));
    }
    var codes = new ArrayList<Integer>();
    for (Program run : runs) {
      codes.add(run.end());
      assertTrue(codes.get(codes.size() - 1) == 0 || run.err().contains("SW-303"), run.err());
    }
    codes.sort(null);
    var others = Collections.nCopies(many - 1, 4);
    assertEquals(0, codes.get(0), "round " + round);
    assertEquals(others, codes.subList(1, many), "round " + round);
    var won = expected.get(target.getFileName().toString());
    assertEquals(won, Model.contents(target), "round " + round);
    Model.assertHolds(disk, "round " + round, target.getFileName().toString());
    Program.delete(disk);
  }
}
