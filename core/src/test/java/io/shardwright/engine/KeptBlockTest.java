package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Megatron-Bridge's block of vocabulary rows, which nothing is padded to. */
class KeptBlockTest {
  @TempDir(factory = MemoryFolders.class)
  Path folder;

  private Path run(ReshardRequest request) {
    var shardwright = Shardwright.create();
    shardwright.run(shardwright.plan(request), ProgressListener.SILENT);
    return request.target().resolve("iter_0000000/run_config.yaml");
  }

  @Test
  void staysWhatItWas() throws IOException {
    Path source = TinyExperts.write(TinyExperts.Kind.LLAMA, new Random(5), folder.resolve("hf"));
    Path root = folder.resolve("root");
    Path config =
        run(ReshardRequest.builder(source, root).format(MegatronCircleTest.BRIDGE).build());
    String text = Files.readString(config);
    String block = "make_vocab_size_divisible_by: ";
    Files.writeString(config, text.replaceAll(block + "[0-9]+", block + "64"));
    Path again = run(ReshardRequest.builder(root, folder.resolve("again")).build());
    String found = Files.readString(again);
    assertTrue(found.contains(block + "64\n"), found);
  }
}
