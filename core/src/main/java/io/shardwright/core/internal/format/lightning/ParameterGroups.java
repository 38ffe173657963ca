package io.shardwright.core.internal.format.lightning;

import java.util.ArrayList;
import java.util.List;

/**
 * Relates an optimizer's indexes to parameters. With two groups the first has weight decay; biases
 * and the parameters of Apex's norm layers are in the second. Within a group the order is that of
 * registration, which is also the state dict's (NeMo v1.23.0, {@code
 * nemo/collections/nlp/modules/common/megatron/utils.py},
 * get_params_for_weight_decay_optimization). Transformer Engine's layers are no such norm layers,
 * so in Megatron-Core naming only a parameter named {@code bias} is in the second.
 */
final class ParameterGroups {
  private ParameterGroups() {}

  /**
   * The parameters of each group.
   *
   * @param names of a state dict, in order, without buffers
   * @param groups how many the optimizer has
   */
  static List<List<String>> of(List<String> names, int groups) {
    if (groups == 1) {
      return List.of(names);
    }
    var decayed = new ArrayList<String>();
    var others = new ArrayList<String>();
    names.forEach(name -> (isDecayed(name) ? decayed : others).add(name));
    return List.of(decayed, others);
  }

  private static boolean isDecayed(String name) {
    String[] parts = name.split("\\.");
    String last = parts[parts.length - 1];
    String module = parts.length > 1 ? parts[parts.length - 2] : "";
    boolean legacyNorm = module.endsWith("layernorm") && !name.contains("decoder.");
    return !last.equals("bias") && !legacyNorm;
  }

  /** Whether a tensor of a state dict is a buffer, which no optimizer knows. */
  static boolean isBuffer(String name) {
    return name.endsWith("inv_freq") || name.endsWith("._extra_state");
  }
}
