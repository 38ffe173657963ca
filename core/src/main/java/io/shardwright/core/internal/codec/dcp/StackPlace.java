package io.shardwright.core.internal.codec.dcp;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Tells the layer and the expert of an element where a distributed checkpoint has one tensor for
 * all of them, whose first axes count those that have no number in the key (Megatron-LM
 * core_v0.16.0, {@code megatron/core/transformer/transformer_block.py} and {@code
 * transformer/moe/experts.py}; transformers 5 has the experts of a layer in one tensor too).
 */
public final class StackPlace {
  private static final Pattern LAYERS = Pattern.compile("(?:^|.*\\.)layers\\.(?![0-9]).*");
  private static final Pattern EXPERTS =
      Pattern.compile("(?:^|.*\\.)experts\\.(?!experts\\.|local_experts\\.|[0-9]).*[^0-9]");

  private StackPlace() {}

  /**
   * Words to put behind an element or a chunk.
   *
   * @param element its indexes in the whole tensor, or those of the chunk's first
   * @return such as {@code " (layer 1, expert 3)"}; empty for what is no stack
   */
  public static String of(String key, List<Long> element) {
    var axes = new ArrayList<String>();
    if (LAYERS.matcher(key).matches()) {
      axes.add("layer ");
    }
    if (EXPERTS.matcher(key).matches()) {
      axes.add("expert ");
    }
    if (axes.isEmpty() || axes.size() >= element.size()) {
      return "";
    }
    for (int axis = 0; axis < axes.size(); axis++) {
      axes.set(axis, axes.get(axis) + element.get(axis));
    }
    return " (" + String.join(", ", axes) + ")";
  }
}
