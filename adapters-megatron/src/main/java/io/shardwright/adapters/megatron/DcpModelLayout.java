package io.shardwright.adapters.megatron;

import io.shardwright.adapters.huggingface.HuggingFaceFormat;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.Dialects;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.ModelLayout;
import io.shardwright.spi.format.WantedShards;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A model of a Hugging Face class, its tensors in a distributed checkpoint of PyTorch. */
final class DcpModelLayout implements ModelLayout {
  private static final String INDEX = ".index.json";

  private final ModelLayout folder = new HuggingFaceFormat().layout().orElseThrow();

  @Override
  public Container container() {
    return Container.ITEMS;
  }

  @Override
  public Set<Keeps> keeps() {
    return folder.keeps();
  }

  @Override
  public Optional<HuggingFaceModel> classOf(Obj origin, List<HuggingFaceModel> classes) {
    return folder.classOf(origin, classes);
  }

  @Override
  public void require(
      Configuration config, HuggingFaceModel wanted, Dialects dialects, String where) {
    folder.require(config, wanted, dialects, where);
  }

  @Override
  public Map<String, List<TensorSpec>> shards(List<TensorSpec> tensors, long maxBytes) {
    return folder.shards(tensors, maxBytes);
  }

  /** Those of a folder of one file: {@code .metadata} is the index. */
  @Override
  public Documents documents(WantedShards model) {
    Documents made = folder.documents(model);
    var files = new LinkedHashMap<>(made.files());
    files.keySet().removeIf(name -> name.endsWith(INDEX));
    return new Documents(files, made.means());
  }
}
