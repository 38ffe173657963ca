package io.shardwright.adapters.megatron;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.pickle.PickleTree;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.codec.yaml.YamlTree;
import io.shardwright.core.internal.convert.DialectTables;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.format.CoreVersion;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.ServiceLoader;

/** Documents by the real tools, and what is written from a configuration. */
final class GoldenDocuments {
  static final DialectTables DIALECTS = DialectTables.standard();
  static final String PROVIDER = "megatron.bridge.models.gpt_provider.GPTModelProvider";

  static byte[] resource(String name) {
    try (var stream = GoldenDocuments.class.getResourceAsStream("/megatron/" + name)) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Obj section(String file) {
    var document = YamlDocument.parse(new MemorySource(resource(file), file), Guard.standard());
    return (Obj) YamlTree.of(document, Guard.standard()).get("model").orElseThrow();
  }

  static Obj arguments() {
    Guard guard = Guard.standard();
    String file = "megatron-lm/iter_0000007/common.pt";
    var torch = TorchFile.open(new MemorySource(resource(file), file), guard);
    return (Obj)
        ((Obj) new PickleTree(guard, file).of(torch.document().root())).get("args").orElseThrow();
  }

  static Configuration base() {
    return ServiceLoader.load(ModelFamilyAdapter.class).stream()
        .map(provider -> provider.get())
        .filter(family -> family.id().equals("llama"))
        .map(family -> family.huggingFaceModels().get(0).base())
        .map(yaml -> DIALECTS.configuration(yaml, "base"))
        .findFirst()
        .orElseThrow();
  }

  static Configuration read(ModelDocument document) {
    return document.read(DIALECTS, base(), "document").apply(base(), "document");
  }

  static String text(Configuration config) {
    return new String(((YamlDocument) config).write(), StandardCharsets.UTF_8);
  }

  static Facts facts(Configuration config, OptionalLong size, long rows) {
    return new Facts(
        config,
        DType.BFLOAT16,
        size,
        OptionalLong.of(rows),
        "a.nemo",
        new CoreVersion(0, 16),
        DIALECTS);
  }

  private GoldenDocuments() {}
}
