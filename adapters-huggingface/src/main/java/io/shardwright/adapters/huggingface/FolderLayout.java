package io.shardwright.adapters.huggingface;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.dialect.Dialects;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.ModelLayout;
import io.shardwright.spi.format.WantedShards;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Lays a folder out as {@code save_pretrained} of transformers does. */
final class FolderLayout implements ModelLayout {
  @Override
  public Set<Keeps> keeps() {
    return Set.of(Keeps.TOKENIZER, Keeps.ARCHITECTURE);
  }

  @Override
  public Optional<HuggingFaceModel> classOf(Obj origin, List<HuggingFaceModel> classes) {
    Obj document = HuggingFaceFormat.document(origin).orElse(origin);
    return ClassMatch.find(classes, new DialectDocument(document));
  }

  @Override
  public void require(
      Configuration config, HuggingFaceModel wanted, Dialects dialects, String where) {
    new ConfigJson(wanted, dialects).require(config, where);
  }

  @Override
  public Map<String, List<TensorSpec>> shards(List<TensorSpec> tensors, long maxBytes) {
    var groups = new ArrayList<List<TensorSpec>>();
    long bytes = 0;
    for (TensorSpec tensor : tensors) {
      if (groups.isEmpty() || bytes > 0 && bytes + tensor.byteSize() > maxBytes) {
        groups.add(new ArrayList<>());
        bytes = 0;
      }
      groups.get(groups.size() - 1).add(tensor);
      bytes += tensor.byteSize();
    }
    var shards = new LinkedHashMap<String, List<TensorSpec>>();
    for (int i = 0; i < groups.size(); i++) {
      shards.put(name(i + 1, groups.size()), groups.get(i));
    }
    return shards;
  }

  private static String name(int shard, int shards) {
    return shards == 1
        ? HuggingFaceFormat.SAFETENSORS
        : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", shard, shards);
  }

  @Override
  public Documents documents(WantedShards model) {
    return new FolderDocuments(model).write();
  }
}
