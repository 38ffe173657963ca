package io.shardwright.core.internal.format.plugged;

import io.shardwright.adapters.huggingface.HuggingFaceFormat;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.Dialects;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.ModelFormat;
import io.shardwright.spi.format.ModelLayout;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import io.shardwright.spi.format.StoredModel.Weights;
import io.shardwright.spi.format.WantedShards;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Hugging Face's folder with a file more, by which it is known. */
public class OddModels implements ModelFormat {
  static final String MARK = "odd.txt";

  private final ModelFormat plain = new HuggingFaceFormat();

  @Override
  public String id() {
    return "another";
  }

  @Override
  public boolean recognizes(StoredFiles files) {
    return files.files().contains(MARK);
  }

  @Override
  public StoredModel read(StoredFiles files, KnownModels models) {
    return plain.read(files, models);
  }

  @Override
  public Optional<ModelLayout> layout() {
    return Optional.of(new Layout(this, plain.layout().orElseThrow()));
  }

  Set<Keeps> keeps() {
    return Set.of(Keeps.ARCHITECTURE);
  }

  Map<String, List<TensorSpec>> shards(Map<String, List<TensorSpec>> shards) {
    return shards;
  }

  Configuration means(Configuration means) {
    return means;
  }

  void add(Map<String, byte[]> documents) {
    documents.put(MARK, new byte[0]);
  }

  private record Layout(OddModels odd, ModelLayout plain) implements ModelLayout {
    @Override
    public Set<Keeps> keeps() {
      return odd.keeps();
    }

    @Override
    public Optional<HuggingFaceModel> classOf(Obj origin, List<HuggingFaceModel> classes) {
      return plain.classOf(origin, classes);
    }

    @Override
    public void require(
        Configuration config, HuggingFaceModel wanted, Dialects dialects, String where) {
      plain.require(config, wanted, dialects, where);
    }

    @Override
    public Map<String, List<TensorSpec>> shards(List<TensorSpec> tensors, long maxBytes) {
      return odd.shards(plain.shards(tensors, maxBytes));
    }

    @Override
    public Documents documents(WantedShards model) {
      var made = plain.documents(model);
      var files = new LinkedHashMap<>(made.files());
      odd.add(files);
      return new Documents(files, odd.means(made.means()));
    }
  }

  /** Fails. */
  public static final class Throwing extends OddModels {
    @Override
    void add(Map<String, byte[]> documents) {
      throw new IllegalStateException("no documents");
    }
  }

  /** Writes no tensor. */
  public static final class LeavingOut extends OddModels {
    @Override
    Map<String, List<TensorSpec>> shards(Map<String, List<TensorSpec>> shards) {
      return Map.of("model.safetensors", List.of());
    }
  }

  /** Says more than the engine can hand it. */
  public static final class KeepingGrid extends OddModels {
    @Override
    Set<Keeps> keeps() {
      return Set.of(Keeps.ARCHITECTURE, Keeps.GRID);
    }
  }

  /** Leads out of the folder. */
  public static final class Escaping extends OddModels {
    @Override
    void add(Map<String, byte[]> documents) {
      documents.put("../config.json", new byte[0]);
    }
  }

  /** Writes documents of another model. */
  public static final class Lying extends OddModels {
    @Override
    Configuration means(Configuration means) {
      return means.with("hidden_size", "32");
    }
  }

  /** Gives a document the name of a shard. */
  public static final class Twice extends OddModels {
    @Override
    void add(Map<String, byte[]> documents) {
      documents.put("model.safetensors", new byte[0]);
    }
  }

  /** Can't read what it wrote. */
  public static final class Illiterate extends OddModels {
    @Override
    public StoredModel read(StoredFiles files, KnownModels models) {
      throw new IllegalStateException("can't read");
    }
  }

  /** Makes a tensor up. */
  public static final class Inventing extends OddModels {
    @Override
    public StoredModel read(StoredFiles files, KnownModels models) {
      var found = super.read(files, models);
      var weights = found.sets().get(0);
      var spec = new TensorSpec("made.up", DType.FLOAT32, Shape.of(1));
      return StoredModel.of(new Weights(weights.from(), Map.of("made.up", () -> spec)))
          .model(found.model().orElseThrow())
          .config(found.config().orElseThrow())
          .build();
    }
  }

  /** Gives nothing. */
  public static final class Empty extends OddModels {
    @Override
    public StoredModel read(StoredFiles files, KnownModels models) {
      return null;
    }
  }

  /** Reads tensors and nothing else. */
  public static final class Bare extends OddModels {
    @Override
    public StoredModel read(StoredFiles files, KnownModels models) {
      return StoredModel.of(super.read(files, models).sets().get(0)).build();
    }
  }
}
