package io.shardwright.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files from strangers, through the public face: what must be refused is, with a code; what is
 * honest is read exactly; nothing appears anywhere but in the target.
 */
class HostileCorpusTest {
  private static final List<Case> ALL =
      Stream.of(
              PickleNameCases.all(),
              PickleGrammarCases.all(),
              PickleTimeCases.all(),
              TensorCases.all(),
              ZipCases.all(),
              TarCases.all(),
              PackedCases.all(),
              ConfigCases.all(),
              SafetensorsCases.all(),
              ZarrCases.all(),
              DcpCases.all(),
              MegatronCases.all(),
              FolderCases.all(),
              BenignFiles.all(),
              BenignCases.all(),
              BenignDocuments.all(),
              BenignTrainings.all())
          .flatMap(List::stream)
          .toList();

  @TempDir Path folder;

  static List<Case> all() {
    return ALL;
  }

  @TestFactory
  Stream<DynamicTest> doesWhatThePolicySays() {
    return all().stream()
        .filter(c -> !c.isHeavy())
        .map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
  }

  @Test
  void isLargeEnough() {
    long refused = all().stream().filter(Case::mustBeRefused).count();
    long honest = all().stream().filter(c -> !c.mustBeRefused() && !c.mayBeEither()).count();
    assertTrue(refused >= 250, refused + " cases that must be refused");
    assertTrue(honest >= 60, honest + " honest cases");
  }

  private void check(Case c) throws IOException {
    Path work = Files.createTempDirectory(folder, "case");
    Path given = Files.createDirectory(work.resolve("in"));
    Path path = c.content().write(given);
    Set<Path> before = listing(work);
    var outcome = Outcome.of(path, work.resolve("out"));
    assertEquals(before, listing(work), "files appeared: " + c.name());
    outcome.requireOurs();
    if (c.mustBeRefused()) {
      refused(c, outcome);
    } else if (!c.mayBeEither()) {
      assertEquals(c.sums(), outcome.sums(), outcome.toString());
    }
  }

  private static void refused(Case c, Outcome outcome) {
    var refusal = outcome.refusal().orElse(null);
    if (refusal == null) {
      fail("accepted: " + outcome.sums());
    }
    assertTrue(refusal.getMessage().startsWith(refusal.code().code() + " "), refusal.getMessage());
    assertFalse(outcome.isConverted(), "converted: " + c.name());
    assertTrue(c.codes().isEmpty() || c.codes().contains(refusal.code()), refusal.getMessage());
  }

  static Set<Path> listing(Path root) throws IOException {
    try (var walk = Files.walk(root)) {
      return walk.collect(TreeSet::new, Set::add, Set::addAll);
    }
  }
}
