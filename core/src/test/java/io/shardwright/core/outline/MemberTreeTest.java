package io.shardwright.core.outline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemberTreeTest {
  private static List<String> text(List<Member> members) {
    return MemberTree.lines(members).stream()
        .map(
            line ->
                line.depth() + (line.last() ? " last " : " ") + line.name() + " " + line.bytes())
        .toList();
  }

  @Test
  void foldersHoldTheirFilesAndTheirSizes() {
    assertEquals(
        List.of("0 config 1", "0 last ranks/ 5", "1 a 2", "1 last b 3"),
        text(List.of(new Member("config", 1), new Member("ranks/a", 2), new Member("ranks/b", 3))));
  }

  @Test
  void manyFilesAreSummedUp() {
    var members = new ArrayList<Member>();
    for (int chunk = 0; chunk < 100; chunk++) {
      members.add(new Member("array/" + chunk, 10));
    }
    var lines = text(members);
    assertEquals("0 last array/ 1000", lines.get(0));
    assertEquals(13, lines.size());
    assertEquals("1 last and 89 more files 890", lines.get(12));
  }

  @Test
  void tellsWhichFoldersGoOnBesideAFile() {
    var lines = MemberTree.lines(List.of(new Member("a/b", 1), new Member("c", 1)));
    assertEquals(List.of(true), lines.get(1).open());
  }
}
