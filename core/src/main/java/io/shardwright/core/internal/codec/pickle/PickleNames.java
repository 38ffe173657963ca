package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import java.util.Set;

/**
 * What a Python name means here. The allow-list is the boundary; the alarm list only decides which
 * unknown names are worth refusing a file for, because the user's next tool may run them.
 */
public final class PickleNames {
  private static final Set<String> DATA =
      Set.of(
          "collections.OrderedDict",
          "collections.defaultdict",
          "collections.Counter",
          "collections.deque",
          "builtins.set",
          "builtins.frozenset",
          "builtins.bytearray",
          "builtins.complex",
          "builtins.slice",
          "builtins.range",
          "builtins.dict",
          "builtins.list",
          "builtins.tuple",
          "builtins.int",
          "builtins.float",
          "builtins.bool",
          "builtins.str",
          "builtins.bytes",
          "builtins.object",
          "_codecs.encode",
          "torch.Size",
          "torch.device",
          "torch.serialization._get_layout",
          "torch.storage.UntypedStorage",
          "torch.storage.TypedStorage",
          "torch._utils._rebuild_tensor",
          "torch._utils._rebuild_tensor_v2",
          "torch._utils._rebuild_tensor_v3",
          "torch._utils._rebuild_parameter",
          "torch._utils._rebuild_parameter_with_state",
          "torch._tensor._rebuild_from_type_v2",
          "torch.Tensor",
          "torch.nn.parameter.Parameter",
          "numpy.ndarray",
          "numpy.dtype",
          "numpy.core.multiarray._reconstruct",
          "numpy.core.multiarray.scalar",
          "numpy._core.multiarray._reconstruct",
          "numpy._core.multiarray.scalar",
          "_io.BytesIO");
  private static final Set<String> TORCH_DTYPES =
      Set.of(
          "float64",
          "float32",
          "float16",
          "bfloat16",
          "int64",
          "int32",
          "int16",
          "int8",
          "uint8",
          "bool",
          "complex64",
          "complex128");
  private static final Set<String> RECORD_MODULES =
      Set.of(
          "omegaconf.dictconfig",
          "omegaconf.listconfig",
          "omegaconf.base",
          "omegaconf.nodes",
          "argparse",
          "types",
          "pathlib",
          "typing",
          "megatron.core.enums",
          "megatron.core.transformer.enums",
          "megatron.core.rerun_state_machine",
          "megatron.core.dist_checkpointing.mapping",
          "transformer_engine.common.recipe");
  private static final Set<String> DANGEROUS_MODULES =
      Set.of(
          "os",
          "posix",
          "nt",
          "subprocess",
          "sys",
          "importlib",
          "runpy",
          "pty",
          "shutil",
          "socket",
          "ctypes",
          "pickle",
          "_pickle",
          "marshal",
          "code",
          "pydoc",
          "pkgutil",
          "operator",
          "_operator",
          "webbrowser",
          "asyncio",
          "multiprocessing",
          "timeit",
          "cProfile",
          "profile",
          "pdb",
          "bdb",
          "http",
          "urllib",
          "requests",
          "dill",
          "cloudpickle",
          "joblib");
  private static final Set<String> DANGEROUS =
      Set.of(
          "builtins.eval",
          "builtins.exec",
          "builtins.compile",
          "builtins.open",
          "builtins.getattr",
          "builtins.setattr",
          "builtins.delattr",
          "builtins.__import__",
          "builtins.input",
          "builtins.breakpoint",
          "builtins.globals",
          "builtins.apply",
          "builtins.execfile",
          "builtins.file",
          "torch.load",
          "torch.storage._load_from_bytes",
          "torch.hub.load",
          "numpy.load",
          "functools.reduce");

  private PickleNames() {}

  /** What a name is here. */
  public enum Meaning {
    /** Tensors and plain values. */
    DATA,
    /** A record whose fields are carried as data. */
    RECORD,
    /** Opaque. */
    UNKNOWN,
    /** A call of it would run code in Python. */
    DANGEROUS
  }

  /** What a name means. */
  public static Meaning meaning(Global global) {
    String name = global.toString();
    if (DANGEROUS.contains(name) || DANGEROUS_MODULES.contains(topPackage(global.module()))) {
      return Meaning.DANGEROUS;
    }
    if (DATA.contains(name) || isTorchType(global)) {
      return Meaning.DATA;
    }
    return RECORD_MODULES.contains(global.module()) ? Meaning.RECORD : Meaning.UNKNOWN;
  }

  private static String topPackage(String module) {
    int dot = module.indexOf('.');
    return dot < 0 ? module : module.substring(0, dot);
  }

  private static boolean isTorchType(Global global) {
    boolean storage = global.name().matches("[A-Z][A-Za-z0-9]*Storage");
    return switch (global.module()) {
      case "torch" -> storage || TORCH_DTYPES.contains(global.name());
      case "torch.cuda" -> storage;
      default -> false;
    };
  }
}
