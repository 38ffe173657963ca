package io.shardwright.testkit;

import io.shardwright.SmallCheckpoint;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ModelConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A sample model of a family: a NeMo configuration and, optionally, the listings of real
 * checkpoints with that configuration. Immutable.
 */
public final class SampleModel {
  private final String name;
  private final String config;
  private final List<Listing> listings;
  private final Set<String> architectures;
  private ModelConfig read;

  private SampleModel(
      String name, String config, List<Listing> listings, Set<String> architectures) {
    this.name = name;
    this.config = config;
    this.listings = List.copyOf(listings);
    this.architectures = Set.copyOf(architectures);
  }

  /**
   * Makes a sample whose parameters follow from the adapter's rows.
   *
   * @param name the sample's name, for messages
   * @param config a {@code model_config.yaml}; small sizes make quick tests. {@code num_layers}
   *     should be even, and heads divisible by 4, so that the model can be cut
   * @return the sample
   */
  public static SampleModel of(String name, String config) {
    return new SampleModel(name, config, List.of(), Set.of())
        .replaced("tensor_model_parallel_size", "1")
        .replaced("pipeline_model_parallel_size", "1");
  }

  /**
   * Returns a copy with another value of one key, and without listings.
   *
   * @param key a key of the configuration's first level; <code>outer.key</code> for one of a block
   *     that the first level has
   * @param value a plain scalar, or a flow list or map
   * @return a changed copy, named after the change
   */
  public SampleModel with(String key, String value) {
    var changed = replaced(key, value);
    String more = name + ", " + key + " " + value;
    return new SampleModel(more, changed.config, List.of(), architectures);
  }

  /**
   * Returns a copy with another name.
   *
   * @param other the name, for messages
   * @return a changed copy
   */
  public SampleModel named(String other) {
    return new SampleModel(other, config, listings, architectures);
  }

  private SampleModel replaced(String key, String value) {
    int dot = key.indexOf('.');
    String outer = dot < 0 ? "" : key.substring(0, dot) + ":";
    String own = dot < 0 ? key : "  " + key.substring(dot + 1);
    var lines = new ArrayList<String>();
    String block = "";
    for (String line : config.lines().toList()) {
      block = line.startsWith(" ") ? block : line;
      if (!block.startsWith(outer) || !line.startsWith(own + ":")) {
        lines.add(line);
      }
    }
    lines.add(dot < 0 ? lines.size() : lines.indexOf(outer) + 1, own + ": " + value);
    String text = String.join("\n", lines) + "\n";
    return new SampleModel(name, text, listings, architectures);
  }

  /**
   * Adds the tensors of a real checkpoint with this configuration. A checkpoint without model
   * parallelism determines the parameters and their shapes; others show how they are cut.
   *
   * @param tensors the output of {@code shardwright inspect --tensors} for it
   * @return a changed copy
   */
  public SampleModel listing(String tensors) {
    var all = new ArrayList<>(listings);
    all.add(Listing.parse(tensors));
    return new SampleModel(name, config, all, architectures);
  }

  /**
   * Names the Hugging Face class of the model, if its configuration does not determine it.
   *
   * @param architecture the class, as {@code architectures} of {@code config.json} has it
   * @return a changed copy
   */
  public SampleModel as(String architecture) {
    var all = new HashSet<>(architectures);
    all.add(architecture);
    return new SampleModel(name, config, listings, all);
  }

  String yaml() {
    return config;
  }

  /**
   * Returns the parsed configuration. It is parsed once, since parsing takes most of a check's
   * time.
   */
  synchronized ModelConfig config() {
    if (read == null) {
      read = SmallCheckpoint.of(config).config();
    }
    return read;
  }

  /** Returns the listing of a real checkpoint without model parallelism. */
  Optional<Listing> whole() {
    return listings.stream().filter(listing -> listing.grid().equals(Grid.ONE)).findFirst();
  }

  List<Listing> cut() {
    return listings.stream().filter(listing -> !listing.grid().equals(Grid.ONE)).toList();
  }

  boolean is(String architecture) {
    return architectures.contains(architecture);
  }

  @Override
  public String toString() {
    return name;
  }
}
