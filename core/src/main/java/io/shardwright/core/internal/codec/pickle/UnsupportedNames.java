package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import java.util.Optional;

/** Known, and never turned into a tensor. */
final class UnsupportedNames {
  private static final String UTILS = "torch._utils";
  private static final String NESTED = "torch.nested._internal.nested_tensor";
  private static final String PARAMETER = "torch.nn.parameter";
  private static final NameTable TENSORS =
      new NameTable()
          .add("builds a quantized tensor", UTILS, "_rebuild_qtensor")
          .add("builds a sparse tensor", UTILS, "_rebuild_sparse_tensor")
          .add("builds a sparse tensor", UTILS, "_rebuild_sparse_csr_tensor")
          .add("builds a nested tensor", UTILS, "_rebuild_nested_tensor")
          .add("builds a nested tensor", NESTED, "_rebuild_njt")
          .add("builds a meta tensor without values", UTILS, "_rebuild_meta_tensor_no_storage")
          .add("builds a wrapper subclass of a tensor", UTILS, "_rebuild_wrapper_subclass")
          .add("builds a tensor from a NumPy array", UTILS, "_rebuild_device_tensor_from_numpy")
          .add("builds a tensor from another", UTILS, "_rebuild_device_tensor_from_cpu_tensor")
          .add("builds a tensor from a list", UTILS, "_rebuild_xla_tensor")
          .add("builds a tensor of another class", "torch._tensor", "_rebuild_from_type")
          .add("builds a parameter without values", PARAMETER, "UninitializedParameter")
          .add("builds a buffer without values", PARAMETER, "UninitializedBuffer")
          .addPackages("builds a sparse tensor", "torch.sparse", "torch.cuda.sparse");
  private static final NameTable MODULES =
      new NameTable().addPackages("makes a layer of a network", "torch.nn.modules");

  private UnsupportedNames() {}

  /** Whether it builds a tensor of a kind that is not supported. */
  static boolean isTensor(Global global) {
    return TENSORS.effect(global).isPresent();
  }

  /** What is built, where that is a tensor of a kind that is not supported. */
  static Optional<String> tensor(Global global) {
    return TENSORS.effect(global).map(effect -> effect.substring("builds ".length()));
  }

  static Optional<String> effect(Global global) {
    return TENSORS
        .effect(global)
        .or(() -> MODULES.effect(global))
        .map(effect -> effect + "; not supported here");
  }
}
