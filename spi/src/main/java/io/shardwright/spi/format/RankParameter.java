package io.shardwright.spi.format;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.Optional;
import java.util.Set;

/**
 * A parameter in a rank's file that is written, and what the optimizer keeps for it.
 *
 * @param spec its name in the models of the rank's stage, element type and shape
 * @param kinds of the optimizer's tensors of the same shape, such as {@code exp_avg}
 */
public record RankParameter(TensorSpec spec, Set<String> kinds) {
  private static final String TENSOR = "_tensor_";

  /**
   * Copies the set.
   *
   * @param spec name, element type and shape
   * @param kinds of the optimizer's tensors
   */
  public RankParameter {
    kinds = Set.copyOf(kinds);
  }

  /**
   * Stands for a tensor of the optimizer in {@link RankLayout#state}.
   *
   * @param kind one of {@link #kinds}
   * @return a value that no other tensor has
   */
  public JsonValue tensor(String kind) {
    return Obj.empty().put(TENSOR, new Str("optimizer.state." + kind + "." + spec.name()));
  }

  /**
   * The name of the tensor that a value stands for.
   *
   * @param value of {@link RankLayout#state}
   * @return {@code optimizer.state.KIND.PARAMETER}; empty for any other value
   */
  public static Optional<String> named(Obj value) {
    return value.get(TENSOR).flatMap(JsonValue::asText);
  }
}
