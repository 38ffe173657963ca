package io.shardwright.cli;

import io.shardwright.core.FamilyFile;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.testkit.AdapterConformance;
import io.shardwright.testkit.SampleModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The guide's family in YAML, held against what {@code inspect --tensors} prints. */
class GuideConformanceTest extends AdapterConformance {
  private static final Listed LISTED = Listed.make();

  /** A family and a sample of it, made once. */
  private record Listed(Path family, SampleModel sample) {
    static Listed make() {
      try {
        Path folder = Files.createTempDirectory("listed");
        String text = MarkdownPage.of("docs/adapter-guide.md").file("bert.yaml");
        Path family = Files.writeString(folder.resolve("bert.yaml"), text);
        Path one = TinyBert.write(folder.resolve("one"));
        Path two = folder.resolve("two.nemo");
        TinyBert.writeForTwoRanks(two);
        var sample = SampleModel.of("listed", TinyBert.CONFIG);
        return new Listed(family, sample.listing(listing(one)).listing(listing(two)));
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    private static String listing(Path checkpoint) {
      return Run.of("inspect", checkpoint, "--tensors").out();
    }
  }

  @Override
  protected ModelFamilyAdapter adapter() {
    return FamilyFile.read(LISTED.family());
  }

  @Override
  protected List<SampleModel> samples() {
    return List.of(LISTED.sample(), LISTED.sample().with("bert_binary_head", "false"));
  }

  @Override
  protected boolean isDiscovered() {
    return false;
  }
}
