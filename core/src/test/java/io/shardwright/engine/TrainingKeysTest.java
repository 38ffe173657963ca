package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.spi.Naming;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys of a training's configuration mean what they mean in an archive. */
class TrainingKeysTest {
  @TempDir Path folder;

  /** NeMo's own training, whose configuration is a plain dict with another value. */
  private Path with(String key, String value) throws IOException {
    Path theirs = TrainingFiles.gpt(folder).resolve(TrainingFiles.GPT);
    Path unpacked = folder.resolve("unpacked");
    Path tokenizer =
        TrainingFiles.resource("tokenizer.model", folder.resolve("files/tokenizer.model"));
    Order.of(theirs, unpacked).to(TargetFormat.NEMO).tokenizer(tokenizer).tried().assertDone();
    var config = new Dict();
    for (String line : Files.readAllLines(unpacked.resolve("model_config.yaml"))) {
      if (line.matches("[a-z_]+: [^{\\[].*") && !line.startsWith(key + ":")) {
        config.put(new Text(line.substring(0, line.indexOf(':'))), value(line));
      }
    }
    config.put(new Text(key), value("x: " + value));
    Path source = folder.resolve("source").resolve(TrainingFiles.GPT);
    var hyper = new Dict().put(new Text("cfg"), config);
    TrainingFiles.rewrite(
        theirs, source, root -> TrainingFiles.set(root, "hyper_parameters", hyper));
    return source;
  }

  private static PickleValue value(String line) {
    String text = line.substring(line.indexOf(' ') + 1);
    return switch (text) {
      case "true" -> Constant.TRUE;
      case "false" -> Constant.FALSE;
      case "null" -> Constant.NONE;
      default ->
          text.matches("[0-9]+") ? new Int(new BigInteger(text)) : new Text(text.replace("'", ""));
    };
  }

  @ParameterizedTest
  @CsvSource({
    "transformer_block_type, normformer",
    "transformer_engine, true",
  })
  void whatCannotBeReadIsRefusedByKey(String key, String value) throws IOException {
    Path source = with(key, value);
    for (String target : new String[] {"o.nemo", "o"}) {
      Attempt run = Order.of(source, folder.resolve(target)).tp(2).tried();
      run.assertRefused(Kind.INPUT);
      assertTrue(run.said().contains(key + " is " + value), run.said());
      assertFalse(Files.exists(folder.resolve(target)));
    }
    Attempt.open(source).assertDone();
    Attempt.verify(source).assertDone();
  }

  @Test
  void aFileOfItsOwnIsNamedOnce() throws IOException {
    byte[] pickle = {(byte) 0x80, 2, 'N', 'R', '.'};
    var layout = TorchLayout.of("archive", pickle, List.of());
    Path source = Files.write(folder.resolve("a.ckpt"), TorchBytes.of(layout, Map.of()));
    Attempt.open(source).assertRefused(Kind.INPUT, " a.ckpt!archive/data.pkl");
  }

  @Test
  void aNamingThatIgnoresAKeyIsRefused() throws IOException {
    Path source = with("openai_gelu", "true");
    Path out = folder.resolve("o.nemo");
    Order.of(source, out)
        .naming(Naming.MCORE)
        .to(TargetFormat.NEMO)
        .tried()
        .assertRefused(Kind.PLAN, "openai_gelu is true", "Choose naming(legacy).");
    assertFalse(Files.exists(out));
    Order.of(source, out).tp(2).vocab(250).to(TargetFormat.NEMO).tried().assertDone();
  }

  /** Whatever its hyper-parameters are, a training's weights are read. */
  @ParameterizedTest
  @ValueSource(strings = {"cycle", "deep", "cyclic list"})
  void readsTheWeightsWhereHyperParametersHaveNoEnd(String kind) throws IOException {
    Path theirs = TrainingFiles.gpt(folder).resolve(TrainingFiles.GPT);
    Path source = folder.resolve("source").resolve(TrainingFiles.GPT);
    var hyper = new Dict();
    if (kind.equals("cycle")) {
      hyper.put(new Text("trainer"), new Dict().put(new Text("model"), hyper));
    } else if (kind.equals("deep")) {
      Dict inner = hyper;
      for (int level = 0; level < 300; level++) {
        var next = new Dict();
        inner.put(new Text("a"), next);
        inner = next;
      }
    } else {
      var list = new Sequence();
      list.items().add(list);
      hyper.put(new Text("callbacks"), list);
    }
    TrainingFiles.rewrite(
        theirs, source, root -> TrainingFiles.set(root, "hyper_parameters", hyper));
    Attempt.open(source).assertDone("limit(YAML_DEPTH)");
    Attempt.verify(source).assertDone("limit(YAML_DEPTH)");
    Path plain = folder.resolve("plain");
    Order.of(source, plain).to(TargetFormat.SAFETENSORS).tried().assertDone();
    Order.of(source, folder.resolve("x.nemo"))
        .to(TargetFormat.NEMO)
        .tried()
        .assertRefused(Kind.RESOURCES);
  }
}
