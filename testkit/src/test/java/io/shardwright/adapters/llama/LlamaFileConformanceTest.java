package io.shardwright.adapters.llama;

import io.shardwright.FamilyFile;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.testkit.SampleModel;
import java.nio.file.Path;
import java.util.List;

/** The same family as far as NeMo 1.23 has it, declared in a file. */
class LlamaFileConformanceTest extends LlamaConformanceTest {
  @Override
  protected ModelFamilyAdapter adapter() {
    return FamilyFile.read(Path.of("../core/src/test/resources/families/llama.yaml"));
  }

  @Override
  protected List<SampleModel> samples() {
    return nemo();
  }

  @Override
  protected boolean isDiscovered() {
    return false;
  }
}
