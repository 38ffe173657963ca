package io.shardwright.adapters.megatron;

import io.shardwright.spi.Grid;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.StoredFiles;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What stands around the weights in a rank's file.
 *
 * @param where the file, for messages
 * @param root keys and values
 */
record RankState(String where, Obj root) {
  static final String VERSION = "checkpoint_version";
  static final String MODEL = "model";

  /** What ranks of one training agree on, beside the version. */
  private static final List<String> SHARED =
      List.of(
          "args.num_layers",
          "args.hidden_size",
          "args.ffn_hidden_size",
          "args.num_attention_heads",
          "args.num_query_groups",
          "args.num_experts",
          "args.padded_vocab_size",
          "args.model_parallel_size",
          "args.tensor_model_parallel_size",
          "args.pipeline_model_parallel_size",
          "args.virtual_pipeline_model_parallel_size",
          "args.expert_model_parallel_size",
          "args.expert_tensor_parallel_size");

  /**
   * Reads a rank's file.
   *
   * @throws MalformedCheckpointException if it is none
   */
  static RankState of(StoredFiles rank) {
    String where = rank.name() + "/" + RankFolders.FILE;
    if (rank.pickle(RankFolders.FILE) instanceof Obj root && !chunks(root).isEmpty()) {
      return new RankState(where, root);
    }
    throw new MalformedCheckpointException(
        ErrorCode.TENSOR_MISSING, where, "holds no model: expected a dict with 'model'");
  }

  /** The keys of the models in it: one, or one for each chunk of an interleaved pipeline. */
  List<String> chunks() {
    return chunks(root);
  }

  private static List<String> chunks(Obj root) {
    if (root.get(MODEL).isPresent()) {
      return List.of(MODEL);
    }
    return Stream.iterate(0, number -> number + 1)
        .map(number -> MODEL + number)
        .takeWhile(key -> root.get(key).isPresent())
        .toList();
  }

  Optional<JsonValue> args() {
    return root.get("args");
  }

  /** Whether an optimizer's state stands beside the weights. */
  boolean hasOptimizer() {
    return root.get(RankOptimizer.KEY).filter(state -> state != Null.NULL).isPresent();
  }

  /**
   * Of which version the order of its rows is; 0 where it says none.
   *
   * @throws UnsupportedCheckpointException if it is none that is known
   */
  double version() {
    String said = text(VERSION).orElse("0");
    if (!List.of("0", "0.0", "1.0", "1", "2.0", "2", "3.0", "3").contains(said)) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED, where, VERSION + " is " + said + ", expected 0, 1.0, 2.0 or 3.0");
    }
    return Double.parseDouble(said);
  }

  /** The step of the training. */
  Optional<String> iteration() {
    return text("iteration").or(() -> text("total_iters"));
  }

  /** A value by its dotted path, if it is one of text, number or truth. */
  Optional<String> text(String path) {
    JsonValue value = root;
    for (String key : path.split("\\.")) {
      value = value instanceof Obj object ? object.get(key).orElse(Null.NULL) : Null.NULL;
    }
    return DialectDocument.text(value);
  }

  /** A size, which other names had before. */
  OptionalLong size(String... keys) {
    return Stream.of(keys)
        .map(key -> root.get("args").orElse(Null.NULL) instanceof Obj args ? args.get(key) : null)
        .filter(found -> found != null && found.isPresent())
        .map(found -> found.get().asLong())
        .filter(OptionalLong::isPresent)
        .mapToLong(OptionalLong::getAsLong)
        .findFirst();
  }

  /** Its number among all ranks, which tools that convert give as 0 for each. */
  OptionalLong rank() {
    return size("rank");
  }

  /**
   * What the model is cut for.
   *
   * @param names of the ranks' folders, which tell it where nothing else does
   * @throws MalformedCheckpointException if a size is none
   */
  Grid grid(List<String> names) {
    int tensor = part("tensor_model_parallel_size", "model_parallel_size").orElse(most(names, 2));
    int pipeline = part("pipeline_model_parallel_size").orElse(most(names, 3));
    Grid whole = Grid.of(tensor, pipeline);
    if (size("num_experts").isEmpty()) {
      return whole;
    }
    return whole
        .experts(part("expert_model_parallel_size").orElse(1))
        .expertTensor(part("expert_tensor_parallel_size").orElse(tensor));
  }

  private Optional<Integer> part(String... keys) {
    OptionalLong size = size(keys);
    if (size.isPresent() && (size.getAsLong() < 1 || size.getAsLong() > 99_999)) {
      throw new MalformedCheckpointException(
          ErrorCode.PARALLEL_SIZE_MISMATCH,
          where,
          "its args have " + keys[0] + " " + size.getAsLong() + ", expected 1 to 99999");
    }
    return size.isPresent() ? Optional.of((int) size.getAsLong()) : Optional.empty();
  }

  /** One more than the largest number at a place of the names. */
  private static int most(List<String> names, int place) {
    return 1
        + names.stream()
            .map(name -> name.split("_"))
            .filter(parts -> parts.length > place)
            .mapToInt(parts -> Integer.parseInt(parts[place]))
            .max()
            .orElse(0);
  }

  /**
   * Refuses a rank of another training.
   *
   * @param first of the same iteration
   */
  void requireSame(RankState first) {
    requireSame("iteration", first, first.iteration(), iteration());
    requireSame(VERSION, first, first.text(VERSION), text(VERSION));
    SHARED.forEach(key -> requireSame(key, first, first.text(key), text(key)));
    requireSame(
        "the number of models",
        first,
        Optional.of(Integer.toString(first.chunks().size())),
        Optional.of(Integer.toString(chunks().size())));
  }

  private void requireSame(
      String what, RankState first, Optional<String> expected, Optional<String> found) {
    if (!expected.equals(found)) {
      throw new MalformedCheckpointException(
          ErrorCode.RANKS_DISAGREE,
          where,
          what
              + " is "
              + found.orElse("not there")
              + ", expected "
              + expected.orElse("none")
              + " as in "
              + first.where()
              + ": the files belong to different checkpoints");
    }
  }
}
