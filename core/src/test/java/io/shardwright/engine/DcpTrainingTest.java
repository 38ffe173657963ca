package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.codec.pickle.TreePickle;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings of Megatron-LM whose modules PyTorch saved: {@code torch_dcp}. */
class DcpTrainingTest {
  private static final String STACK = "decoder.layers.";

  @TempDir Path folder;
  private Path model;
  private Path root;
  private Path step;

  @BeforeEach
  void save() throws IOException {
    Path training = MegatronRoot.in(folder.resolve("was")).root();
    model = Order.of(training, folder.resolve("model")).to(TargetFormat.HUGGING_FACE).done();
    root = folder.resolve("training");
    step = Files.createDirectories(root.resolve("iter_0000007"));
    Files.writeString(root.resolve(MegatronRoot.LATEST), "7");
    items("model.").write(step);
  }

  /** Layers of their own, with norms as the layers that aren't Transformer Engine's have them. */
  private MegatronItems items(String before) throws IOException {
    Path plain =
        Order.of(folder.resolve("was/training"), folder.resolve("plain-" + before))
            .to(TargetFormat.SAFETENSORS)
            .done();
    var held = HeldTensors.of(plain.resolve("model.safetensors"));
    var items = new MegatronItems();
    for (String line : MegatronRoot.text("megatron-lm.tsv").lines().toList()) {
      String key = line.split("\t")[0];
      var shape = held.spec(key).shape();
      boolean layers = key.startsWith(STACK);
      for (int layer = 0; layer < (layers ? 2 : 1); layer++) {
        var own = layers ? new Shape(shape.dims().subList(1, shape.rank())) : shape;
        String name =
            key.replace(STACK, STACK + layer + ".")
                .replace("self_attention.linear_qkv.layer_norm_", "input_layernorm.")
                .replace("mlp.linear_fc1.layer_norm_", "pre_mlp_layernorm.");
        byte[] bytes = MegatronItems.part(held.bytes(key), layer, layers ? 2 : 1);
        items.add(before + name, held.spec(key).dtype(), own, bytes);
      }
    }
    items.add("rng_state.0.cpu_rng_state", DType.UINT8, Shape.of(4), new byte[4]);
    items.object("args", args());
    return items;
  }

  private static byte[] args() {
    Obj args = Obj.empty().put("_target_", new Str("argparse.Namespace"));
    for (String size :
        "num_layers=2 hidden_size=32 ffn_hidden_size=64 num_attention_heads=4 num_query_groups=2 max_position_embeddings=64 padded_vocab_size=128 make_vocab_size_divisible_by=128"
            .split(" ")) {
      args.put(size.split("=")[0], Num.of(Long.parseLong(size.split("=")[1])));
    }
    args.put("swiglu", new Bool(true)).put("add_bias_linear", new Bool(false));
    args.put("bf16", new Bool(true)).put("group_query_attention", new Bool(true));
    args.put("untie_embeddings_and_output_weights", new Bool(true));
    args.put("normalization", new Str("RMSNorm")).put("position_embedding_type", new Str("rope"));
    return ExtraState.file("archive", new TreePickle("args").of(args));
  }

  @Test
  void convertsARootAndItsIteration() throws IOException {
    for (Path source : new Path[] {root, step}) {
      Path hf =
          Order.of(source, folder.resolve("hf-" + source.getFileName()))
              .to(TargetFormat.HUGGING_FACE)
              .done();
      assertEquals(
          -1, Files.mismatch(model.resolve("model.safetensors"), hf.resolve("model.safetensors")));
      Path nemo = Order.of(source, folder.resolve(source.getFileName() + ".nemo")).tp(2).done();
      assertTrue(Checkpoints.diff(nemo, model).same());
    }
  }

  @Test
  void listsWhatIsNoneOfTheModels() {
    assertTrue(
        Checkpoints.tensors(root).stream().anyMatch(l -> l.startsWith("rng_state.0.")),
        Checkpoints.tensors(root).toString());
  }

  @Test
  void refusesMegatronFsdpByName() throws IOException {
    Path other = Files.createDirectories(folder.resolve("fsdp"));
    items("model.module.").write(other);
    for (Attempt run : Attempt.looks(other)) {
      run.assertDone("Megatron-FSDP (fsdp_dtensor)");
    }
    Order.of(other, folder.resolve("m.nemo")).tried().assertRefused(Kind.INPUT, "fsdp_dtensor");
    Order.of(other, folder.resolve("st")).to(TargetFormat.SAFETENSORS).done();
  }
}
