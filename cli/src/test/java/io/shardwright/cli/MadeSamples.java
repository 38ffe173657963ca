package io.shardwright.cli;

import io.shardwright.engine.InterleavedTraining;
import io.shardwright.engine.TrainingFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Samples of which there is no file by the real tools. */
final class MadeSamples {
  /** The step of the interleaved training. */
  private static final String STEP = "megatron_gpt--val_loss=6.34-step=649-last.ckpt";

  private MadeSamples() {}

  /** Makes what the table of samples calls {@code made: …}; false for anything else. */
  static boolean make(String origin, Path target) throws IOException {
    if (!origin.startsWith("made: ")) {
      return false;
    }
    String[] words = origin.split(" ");
    switch (words[1]) {
      case "interleaved" -> interleaved(target);
      case "hparams" -> Files.writeString(target, hparams(words[2]));
      case "class" -> ofClass(words[2], target);
      case "bert" -> TinyBert.writeForTwoRanks(target);
      case "bert-family" -> ExampleJar.make(target);
      case "hunyuan-family" -> ExampleJar.make(target, ExampleJar.HUNYUAN);
      case "npz-format" -> ExampleJar.makeNpz(target);
      case "page" -> Files.writeString(target, MarkdownPage.of(words[2]).file(words[3]));
      default -> throw new IllegalArgumentException(origin);
    }
    return true;
  }

  private static void interleaved(Path target) throws IOException {
    Path gpt =
        Path.of("../core/src/test/resources/lightning/ckpt-gpt-tp1").resolve(TrainingFiles.GPT);
    InterleavedTraining.write(gpt, target, STEP);
  }

  /** As PyTorch-Lightning's loggers write it: the model's configuration below {@code cfg}. */
  private static final String HPARAMS =
      """
      cfg:
        num_layers: 4
        hidden_size: 64
        num_attention_heads: 8
        encoder_seq_length: 32
        max_position_embeddings: 32
        make_vocab_size_divisible_by: 128
        tensor_model_parallel_size: 1
        pipeline_model_parallel_size: %s
        activation: gelu
        tokenizer:
          model: %s
      """;

  private static String hparams(String stages) {
    return HPARAMS.formatted(
        stages, Path.of("../core/src/test/resources/lightning/tokenizer.model").toAbsolutePath());
  }

  /** The small ViT under another class's name. */
  private static void ofClass(String name, Path target) throws IOException {
    try (var vit = MadeSamples.class.getResourceAsStream("/nemo/vit-tp1.nemo");
        var in = new TarArchiveInputStream(vit);
        var out = new TarArchiveOutputStream(Files.newOutputStream(target))) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        byte[] bytes = in.readAllBytes();
        if (entry.getName().endsWith("model_config.yaml")) {
          String config = new String(bytes, StandardCharsets.UTF_8);
          bytes = config.replaceAll("(?m)^target: .*", "target: " + name).getBytes();
        }
        var copy = new TarArchiveEntry(entry.getName());
        copy.setSize(bytes.length);
        out.putArchiveEntry(copy);
        out.write(bytes);
        out.closeArchiveEntry();
      }
    }
  }
}
