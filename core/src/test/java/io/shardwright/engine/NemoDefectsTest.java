package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What NeMo's script gets wrong and no other test shows; docs/differences.md has the list. */
class NemoDefectsTest {
  private static final String TIED = "model.word_embeddings.weight";

  @TempDir Path folder;

  @Test
  void writesACopyWhereNothingIsToChange() throws IOException {
    Path source = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    Path target = folder.resolve("copy.nemo");
    Order.of(source, target).grid(1, 1).done();
    assertEquals(Checkpoints.found(source), Checkpoints.found(target));
  }

  @Test
  void matchesParametersByNameWhateverTheirOrder() throws IOException {
    Path source = extract("gpt-5b-like-tp1.nemo");
    Path straight = folder.resolve("straight");
    Path turned = folder.resolve("turned");
    Order.of(source, straight).grid(2, 2).done();
    Path weights = source.resolve("model_weights.ckpt");
    TrainingFiles.rewriteAny(
        weights,
        weights,
        root -> {
          Collections.reverse(((Call) root).entries());
          return root;
        });
    Order.of(source, turned).grid(2, 2).done();
    assertEquals(Checkpoints.found(straight), Checkpoints.found(turned));
  }

  @Test
  void refusesATiedCopyThatDiffersFromTheEmbedding() throws IOException {
    Path source = extract("gpt-5b-like-tp2pp2.nemo");
    change(source.resolve("tp_rank_01_pp_rank_001/model_weights.ckpt"), TIED);
    Path target = folder.resolve("merged.nemo");
    Attempt run = Order.of(source, target).grid(1, 1).tried();
    run.assertRefused(Kind.INPUT);
    assertTrue(run.said().contains("SW-122") && run.said().contains(TIED), run.said());
    assertFalse(Files.exists(target));
  }

  /** Of a stage's ranks all shapes are alike. */
  @Test
  void refusesARankFileThatLiesInTheFolderOfAnother() throws IOException {
    Path source = extract("vit-tp2.nemo");
    Path first = source.resolve("mp_rank_00/model_weights.ckpt");
    Path second = source.resolve("mp_rank_01/model_weights.ckpt");
    Files.copy(first, second, StandardCopyOption.REPLACE_EXISTING);
    Path target = folder.resolve("merged.nemo");
    Attempt run = Order.of(source, target).tp(1).tried();
    run.assertRefused(Kind.INPUT);
    assertTrue(run.said().contains("SW-111") && run.said().contains("mp_rank_01"), run.said());
    assertTrue(run.said().contains("written as that of tp 0 pp 0"), run.said());
    assertFalse(Files.exists(target));
  }

  @Test
  void leavesNoVirtualStagesBehind() throws IOException {
    Path source = extract("llama-gqa-tp1.nemo");
    Path config = source.resolve("model_config.yaml");
    String text = Files.readString(config);
    assertTrue(text.contains("virtual_pipeline_model_parallel_size: null"), text);
    Files.writeString(
        config, text.replaceAll("(virtual_pipeline_model_parallel_size): null", "$1: 2"));
    Path target = folder.resolve("out");
    Order.of(source, target).grid(2, 2).layout(WeightLayout.RANKS).done();
    String changed = Files.readString(target.resolve("model_config.yaml"));
    assertTrue(changed.contains("virtual_pipeline_model_parallel_size: null"), changed);
  }

  private Path extract(String nemo) throws IOException {
    Path source = folder.resolve("source");
    Checkpoints.unpack(Checkpoints.copy(nemo, folder), source);
    return source;
  }

  /** Changes a value of a tensor, and the checksum so that it fits again. */
  private static void change(Path file, String tensor) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    try (var source = new FileSource(file, file.toString())) {
      TorchFile torch = TorchFile.open(source, Guard.standard());
      var found = torch.stateDict().tensors().get(tensor);
      byte[] storage = new byte[(int) found.storage().size()];
      found.storage().readFully(ByteBuffer.wrap(storage), 0);
      int at = indexOf(bytes, storage, 0);
      bytes[at] ^= 1;
      storage[0] ^= 1;
      byte[] before = number(torch.storageCrc(found.storageKey()).orElseThrow());
      var crc = new CRC32();
      crc.update(storage);
      replace(bytes, before, number(crc.getValue()));
    }
    Files.write(file, bytes);
  }

  private static byte[] number(long crc) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) crc).array();
  }

  private static void replace(byte[] bytes, byte[] before, byte[] after) {
    for (int at = indexOf(bytes, before, 0); at >= 0; at = indexOf(bytes, before, at + 1)) {
      System.arraycopy(after, 0, bytes, at, after.length);
    }
  }

  private static int indexOf(byte[] bytes, byte[] part, int from) {
    for (int at = from; at <= bytes.length - part.length; at++) {
      if (java.util.Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
    return -1;
  }
}
