package io.shardwright.adapters.llama;

import io.shardwright.FamilyFile;
import io.shardwright.spi.ModelFamilyAdapter;
import java.nio.file.Path;

/** The same family, declared in a file. */
class LlamaFileConformanceTest extends LlamaConformanceTest {
  @Override
  protected ModelFamilyAdapter adapter() {
    return FamilyFile.read(Path.of("../core/src/test/resources/families/llama.yaml"));
  }

  @Override
  protected boolean isDiscovered() {
    return false;
  }
}
