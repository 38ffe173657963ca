package io.shardwright.cli;

import io.shardwright.FamilyFile;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.testkit.AdapterConformance;
import io.shardwright.testkit.SampleModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The guide's family in YAML, held against what {@code inspect --tensors} prints. */
class GuideConformanceTest extends AdapterConformance {
  @TempDir static Path files;

  private static Listed listed;

  @BeforeAll
  static void list() throws IOException {
    listed = Listed.in(files);
  }

  /** A family and a sample of it, made once. */
  private record Listed(Path family, SampleModel sample) {
    static Listed in(Path folder) throws IOException {
      String text = MarkdownPage.of("docs/adapter-guide.md").file("bert.yaml");
      Path family = Files.writeString(folder.resolve("bert.yaml"), text);
      Path one = TinyBert.write(folder.resolve("one"));
      Path two = folder.resolve("two.nemo");
      TinyBert.writeForTwoRanks(two);
      var sample = SampleModel.of("listed", TinyBert.CONFIG);
      return new Listed(family, sample.listing(listing(one)).listing(listing(two)));
    }

    private static String listing(Path checkpoint) {
      return Run.of("inspect", checkpoint, "--tensors").out();
    }
  }

  @Override
  protected ModelFamilyAdapter adapter() {
    return FamilyFile.read(listed.family());
  }

  @Override
  protected List<SampleModel> samples() {
    return List.of(listed.sample(), listed.sample().with("bert_binary_head", "false"));
  }

  @Override
  protected boolean isDiscovered() {
    return false;
  }
}
