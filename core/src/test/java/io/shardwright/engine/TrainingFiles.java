package io.shardwright.engine;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.core.internal.codec.torch.TorchLayout.StorageSpec;
import io.shardwright.core.internal.guard.Guard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Checkpoints of trainings, and changed ones. */
public final class TrainingFiles {
  public static final String VIT = "megatron_vit--val_loss=2.30-step=3-consumed_samples=96.0.ckpt";
  public static final String GPT = "megatron_gpt--val_loss=4.10-step=2-consumed_samples=16.0.ckpt";

  private TrainingFiles() {}

  public static Path vit(Path folder) throws IOException {
    Path target = folder.resolve("ckpt-vit-tp2");
    for (String rank : new String[] {"mp_rank_00", "mp_rank_01"}) {
      resource("ckpt-vit-tp2/" + rank + "/" + VIT, target.resolve(rank).resolve(VIT));
    }
    return target;
  }

  public static Path gpt(Path folder) throws IOException {
    Path target = folder.resolve("ckpt-gpt-tp1");
    resource("ckpt-gpt-tp1/" + GPT, target.resolve(GPT));
    return target;
  }

  public static Path resource(String name, Path target) throws IOException {
    Files.createDirectories(target.getParent());
    try (var stream = TrainingFiles.class.getResourceAsStream("/lightning/" + name)) {
      Files.copy(stream, target);
    }
    return target;
  }

  /** Writes a torch file again with another pickle over the same storages. */
  public static void rewrite(Path source, Path target, UnaryOperator<Dict> change)
      throws IOException {
    rewriteAny(source, target, root -> change.apply((Dict) root));
  }

  /** The same for a pickle that is no plain dict. */
  public static void rewriteAny(Path source, Path target, UnaryOperator<PickleValue> change)
      throws IOException {
    byte[] bytes;
    try (var file = new FileSource(source, source.toString())) {
      TorchFile torch = TorchFile.open(file, Guard.standard());
      Map<String, byte[]> storages = storages(torch);
      bytes = zip(PickleWriter.write(change.apply(torch.document().root())), storages);
    }
    Files.createDirectories(target.getParent());
    Files.write(target, bytes);
  }

  private static Map<String, byte[]> storages(TorchFile torch) {
    var storages = new LinkedHashMap<String, byte[]>();
    for (int key = 0; torch.storageBytes("" + key).isPresent(); key++) {
      var storage = torch.storageBytes("" + key).get();
      var buffer = ByteBuffer.allocate((int) storage.size());
      storage.readFully(buffer, 0);
      storages.put("" + key, buffer.array());
    }
    return storages;
  }

  private static byte[] zip(byte[] pickle, Map<String, byte[]> storages) {
    List<StorageSpec> specs = new ArrayList<>();
    storages.forEach((key, bytes) -> specs.add(new StorageSpec(key, bytes.length)));
    return TorchBytes.of(TorchLayout.of("archive", pickle, specs), storages);
  }

  /** A dict's value. */
  public static PickleValue get(PickleValue dict, String key) {
    return ((Dict) dict)
        .entries().stream()
            .filter(entry -> entry.key() instanceof Text text && text.value().equals(key))
            .findFirst()
            .orElseThrow()
            .value();
  }

  /** Sets a dict's value in place. */
  public static Dict set(Dict dict, String key, PickleValue value) {
    dict.entries().removeIf(e -> e.key() instanceof Text text && text.value().equals(key));
    dict.entries().add(new Entry(new Text(key), value));
    return dict;
  }
}
