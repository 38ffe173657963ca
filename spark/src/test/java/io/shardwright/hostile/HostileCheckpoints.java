package io.shardwright.hostile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Checkpoints of the hostile corpus that nobody may accept. */
public final class HostileCheckpoints {
  private HostileCheckpoints() {}

  /** Writes some of them, each into a folder of its own. */
  public static List<Path> write(Path folder, Random random, int count) throws IOException {
    var cases = new ArrayList<>(HostileCorpusTest.all());
    cases.removeIf(c -> !c.mustBeRefused() || c.isHeavy());
    Collections.shuffle(cases, random);
    var paths = new ArrayList<Path>();
    for (Case each : cases.subList(0, count)) {
      Path own = Files.createDirectories(folder.resolve("case" + paths.size()));
      paths.add(each.content().write(own));
    }
    return paths;
  }
}
