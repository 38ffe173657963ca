package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.cli.LargeVit;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** {@code kill -9} of parts and of the finisher at random moments, then all of it again. */
class PartsProcessTest {
  private static final long SEED = 20_261_130;
  private static final int PARTS = 2;
  private static final String[] NAMES = {"out.nemo", "out"};

  @TempDir(factory = TempDirFactory.Standard.class)
  Path folder;

  private final Random random = new Random(SEED);
  private final TreeMap<String, TreeMap<String, String>> expected = new TreeMap<>();
  private final TreeMap<String, Integer> killed = new TreeMap<>();
  private Path source;

  /** About that of a process here, in milliseconds; it follows what is seen. */
  private long lifetime = 700;

  @Test
  @Tag("process")
  void partsAndFinishersMayBeKilledThreeTimes() throws Exception {
    prepare(3, 384);
    kills(3);
  }

  @Test
  @Tag("kill")
  void partsAndFinishersMayBeKilledThirtyTimes() throws Exception {
    prepare(6, 1_024);
    kills(30);
    System.out.println("killed: " + killed);
  }

  private void prepare(int layers, long hidden) throws Exception {
    source = folder.resolve("large.nemo");
    new LargeVit(layers, hidden).write(source);
    for (String name : NAMES) {
      Path calm = Files.createDirectories(folder.resolve("calm")).resolve(name);
      var request = ReshardRequest.builder(source, calm).tensorModelParallelSize(2).sync(false);
      Model.run(request, ProgressListener.SILENT);
      expected.put(name, Model.contents(calm));
    }
  }

  /** Those that come too late don't count. */
  private void kills(int wanted) throws Exception {
    for (int round = 0;
        killed.getOrDefault("part", 0) < wanted || killed.getOrDefault("finisher", 0) < wanted;
        round++) {
      assertTrue(round < 20 * wanted, "seed " + SEED + ": hardly any is killed: " + killed);
      round(round);
    }
  }

  private Object[] part(int number, Path target) {
    return new Object[] {
      "reshard", source, target, "--tp", 2, "--part", number + "/" + PARTS, "--no-progress"
    };
  }

  private boolean kill(String what, Object... command) throws Exception {
    Program program = Program.start(command);
    boolean alive = program.killAfter(lifetime / 4 + random.nextLong(lifetime));
    lifetime = alive ? lifetime + lifetime / 32 : lifetime - lifetime / 8;
    killed.merge(alive ? what : "too late", 1, Integer::sum);
    return alive;
  }

  private void round(int round) throws Exception {
    String name = NAMES[round % NAMES.length];
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Path target = disk.resolve(name);
    String when = "seed " + SEED + ", round " + round + " of " + name;
    kill("part", part(1 + random.nextInt(PARTS), target));
    var running = new ArrayList<Program>();
    for (int number = 1; number <= PARTS; number++) {
      running.add(Program.start(part(number, target)));
    }
    for (Program program : running) {
      assertEquals(0, program.end(), () -> when + err(program));
    }
    assertTrue(!Files.exists(target), when);
    boolean alive = kill("finisher", "finish", target, "--no-progress");
    assertTrue(!Files.exists(target) || expected.get(name).equals(Model.contents(target)), when);
    oneOfTwoFinishes(target, alive, when);
    assertEquals(expected.get(name), Model.contents(target), when);
    Model.assertHolds(disk, when, name);
    Program.delete(disk);
  }

  /** The one that was killed may have been done, all but the rest of its parts. */
  private static void oneOfTwoFinishes(Path target, boolean killed, String when) throws Exception {
    boolean complete = Files.exists(target);
    var finishers = new ArrayList<Program>();
    for (int i = 0; i < 2; i++) {
      finishers.add(Program.start("finish", target, "--no-progress"));
    }
    int won = 0;
    for (Program finisher : finishers) {
      int code = finisher.end();
      won += code == 0 ? 1 : 0;
      assertTrue(code == 0 || code == 4 || code == 3, () -> when + err(finisher));
    }
    assertTrue(won == 1 || complete && won <= 1, when + ": " + won + " won");
    assertTrue(complete || killed || won == 1, when);
  }

  private static String err(Program program) {
    try {
      return program.err();
    } catch (IOException unread) {
      return unread.toString();
    }
  }
}
