package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hugging Face folders of a DeepSeek V3 whose documents are odd. */
class ExpertFolderTest extends ModelFolders {
  private static final String AHEAD = "\"num_nextn_predict_layers\": ";
  private Path model;

  @BeforeEach
  void write() {
    model = TinyExperts.write(TinyExperts.Kind.DEEPSEEK, new Random(3), folder.resolve("hf"));
  }

  private Path say(String key) throws IOException {
    Path config = model.resolve(CONFIG);
    return Files.writeString(
        config, Files.readString(config).replaceFirst("\\{", "{" + key + ", "));
  }

  /** As transformers saves what it loaded: it drops such layers and keeps their number. */
  @ParameterizedTest
  @ValueSource(strings = {"torch_dist", "bridge", "megatron", "dcp"})
  void statesNoLayersAheadThatTheWeightsLack(String format) throws IOException {
    Path stated = say(AHEAD + 1);
    Path out = Order.of(model, folder.resolve("out")).to(new TargetFormat(format)).done();
    var order = Order.of(out, folder.resolve("back")).to(TargetFormat.HUGGING_FACE);
    var run = order.config(stated).tried();
    run.assertDone("num_nextn_predict_layers is 1", "left out");
    assertTrue(Checkpoints.diff(model, folder.resolve("back")).same());
    String said = Files.readString(folder.resolve("back").resolve(CONFIG));
    assertTrue(said.contains(AHEAD + 0), said);
  }
}
