package io.shardwright.adapters.huggingface;

import com.google.auto.service.AutoService;
import io.shardwright.spi.format.DirectoryFormat;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A folder as {@code save_pretrained} of transformers writes it. */
@AutoService(DirectoryFormat.class)
public final class HuggingFaceFormat implements DirectoryFormat {
  private static final String CONFIG = "config.json";
  private static final String SAFETENSORS = "model.safetensors";
  private static final String TORCH = "pytorch_model.bin";
  private static final String INDEX = ".index.json";
  private static final Set<String> SIDE_FILES =
      Set.of(
          "tokenizer.model",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "vocab.txt",
          "merges.txt",
          "generation_config.json",
          "preprocessor_config.json",
          "chat_template.json",
          "chat_template.jinja");

  @Override
  public String id() {
    return "huggingface";
  }

  @Override
  public boolean recognizes(Set<String> files) {
    return files.contains(CONFIG) && !weightSets(files).isEmpty();
  }

  @Override
  public String configFile() {
    return CONFIG;
  }

  /** In the order of transformers (5.24.0, {@code modeling_utils.py}). */
  @Override
  public List<String> weightSets(Set<String> files) {
    return Stream.of(SAFETENSORS, SAFETENSORS + INDEX, TORCH, TORCH + INDEX)
        .filter(files::contains)
        .toList();
  }

  @Override
  public boolean isSideFile(String file) {
    return SIDE_FILES.contains(file);
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
        ? SAFETENSORS
        : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", shard, shards);
  }

  @Override
  public Map<String, Map<String, ?>> index(Map<String, List<TensorSpec>> shards) {
    if (shards.size() == 1) {
      return Map.of();
    }
    long total =
        shards.values().stream().flatMap(List::stream).mapToLong(TensorSpec::byteSize).sum();
    var files = new TreeMap<String, String>();
    shards.forEach((file, tensors) -> tensors.forEach(tensor -> files.put(tensor.name(), file)));
    var index = new LinkedHashMap<String, Object>();
    index.put("metadata", Map.of("total_size", total));
    index.put("weight_map", files);
    return Map.of(SAFETENSORS + INDEX, index);
  }

  @Override
  public Map.Entry<String, String> card(Map<String, String> facts) {
    var text = new StringBuilder("# Converted model\n\n| | |\n|---|---|\n");
    facts.forEach(
        (name, value) -> text.append("| ").append(name).append(" | ").append(value).append(" |\n"));
    return Map.entry("README.md", text.toString());
  }
}
