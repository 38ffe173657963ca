package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Determines the meaning of a Python name. The allow-list is the security boundary; the alarm list
 * only decides for which names a file is refused because other tools may run them.
 */
public final class PickleNames {
  private static final Global TYPE = new Global("builtins", "type");
  private static final Global ENCODE = new Global("_codecs", "encode");
  private static final Set<String> ENCODINGS = Set.of("latin1", "latin-1");

  /** Mutable classes, whose {@code __new__} leaves its arguments to {@code __init__}. */
  private static final Set<String> FILLED_LATER =
      Set.of(
          "builtins.dict",
          "builtins.list",
          "builtins.set",
          "builtins.bytearray",
          "collections.OrderedDict",
          "collections.defaultdict",
          "collections.Counter",
          "collections.deque");

  private static final Pattern TENSOR_CLASS =
      Pattern.compile("[A-Z]\\w*Tensor|Tensor|Parameter|Buffer");
  private static final Set<String> TENSOR_MODULES =
      Set.of("torch", "torch.cuda", "torch._tensor", "torch.nn.parameter");

  private static final Set<String> PLAIN =
      Set.of("dict", "list", "tuple", "int", "float", "bool", "str", "bytes", "object");

  private PickleNames() {}

  /** What a name is here. */
  public enum Meaning {
    /** Tensors and plain values. */
    DATA,
    /** A record whose fields are carried as data. */
    RECORD,
    /** Known, and refused where a tensor is meant. */
    UNSUPPORTED,
    /** Opaque. */
    UNKNOWN,
    /** A call of it would do in Python what no weights need. */
    DANGEROUS
  }

  /** What a name means. */
  public static Meaning meaning(Global global) {
    Global known = PythonNames.canonical(global);
    if (AlarmNames.effect(known).isPresent()) {
      return Meaning.DANGEROUS;
    }
    if (DataNames.effect(known).isPresent()) {
      return Meaning.DATA;
    }
    if (RecordNames.effect(known).isPresent()) {
      return Meaning.RECORD;
    }
    return UnsupportedNames.effect(known).isPresent() ? Meaning.UNSUPPORTED : Meaning.UNKNOWN;
  }

  /** What a name does in Python, as a sentence without its subject. */
  public static String effect(Global global) {
    Global known = PythonNames.canonical(global);
    return AlarmNames.effect(known)
        .or(() -> DataNames.effect(known))
        .or(() -> RecordNames.effect(known))
        .or(() -> UnsupportedNames.effect(known))
        .orElseGet(
            () -> "is unknown: module " + global.module() + " is imported and may run any code");
  }

  /** What a call means: that of its name, if its arguments are such as the name takes. */
  public static Meaning meaning(Call call) {
    if (!(call.callable() instanceof Global global)) {
      return Meaning.DANGEROUS;
    }
    Meaning meaning = meaning(global);
    return meaning == Meaning.DATA && !isPlain(call, PythonNames.canonical(global))
        ? Meaning.UNKNOWN
        : meaning;
  }

  /** Whether a call of a name with a meaning is one that has the meaning. */
  static boolean isPlain(Call call, Global global) {
    if (call.kind() != Call.Kind.REDUCE && call.kind() != Call.Kind.NEWOBJ) {
      return false;
    }
    List<PickleValue> args = ((Tuple) call.args()).items();
    if (call.kind() == Call.Kind.NEWOBJ && FILLED_LATER.contains(global.toString())) {
      return args.isEmpty();
    }
    if (global.module().equals("builtins") && PLAIN.contains(global.name())) {
      return args.isEmpty() || args.size() == 1 && !(args.get(0) instanceof Call);
    }
    if (global.equals(TYPE)) {
      return args.size() == 1 && args.get(0) == Constant.NONE;
    }
    return !global.equals(ENCODE)
        || args.size() == 2
            && args.get(0) instanceof Text
            && args.get(1) instanceof Text encoding
            && ENCODINGS.contains(encoding.value());
  }

  /** Whether a call builds a tensor of whatever kind. */
  public static boolean buildsTensor(PickleValue value) {
    return value instanceof Call call
        && call.callable() instanceof Global global
        && (call.kind() == Call.Kind.REDUCE && isRebuild(PythonNames.canonical(global))
            || isTensorClass(PythonNames.canonical(global)));
  }

  /** What a call builds that is a tensor, but none that is read here. */
  public static Optional<String> unreadableTensor(Call call) {
    Global global = PythonNames.canonical((Global) call.callable());
    if (isRebuild(global) && DataNames.effect(global).isPresent()) {
      return Optional.empty();
    }
    return UnsupportedNames.tensor(global)
        .or(
            () ->
                isTensorClass(global)
                    ? Optional.of("a tensor that is built by its class " + global)
                    : Optional.empty());
  }

  static boolean isRebuild(Global global) {
    return global.name().startsWith("_rebuild_")
        && (DataNames.effect(global).isPresent() || UnsupportedNames.isTensor(global));
  }

  /** A class of tensors, whose own call or {@code __new__} makes one too. */
  static boolean isTensorClass(Global global) {
    boolean own =
        TENSOR_MODULES.contains(global.module()) && TENSOR_CLASS.matcher(global.name()).matches();
    return own || !global.name().startsWith("_") && UnsupportedNames.isTensor(global);
  }

  /** The global that a call is of; empty where it is of something else. */
  static Optional<Global> callee(PickleValue value) {
    return value instanceof Call call && call.callable() instanceof Global global
        ? Optional.of(PythonNames.canonical(global))
        : Optional.empty();
  }

  /** Known, and never turned into a tensor. */
  private static final class UnsupportedNames {
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
        new NameTable().addPackages("builds a layer of a network", "torch.nn.modules");

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

  /**
   * The Python classes that trainings save beside weights. Their objects are kept as records whose
   * fields can be read. Seen in files of Lightning 2.0, OmegaConf 2.3, Megatron-Core 0.16 and
   * PyTorch 2.8.
   */
  private static final class RecordNames {
    private static final String RECORD = "makes a record; its fields are data";
    private static final String PATH = "makes a file's path; opens nothing";
    private static final String CHOICE = "names a constant of an enum";
    private static final String CONFIG = "builds a part of a configuration";
    private static final String FUNCTION = "names a mathematical function";
    private static final String TENSOR = "describes a tensor that is saved elsewhere";
    private static final String MEGATRON = "megatron.core";
    private static final NameTable TABLE =
        new NameTable()
            .add(RECORD, "argparse", "Namespace")
            .add(RECORD, "types", "SimpleNamespace")
            .add(PATH, "pathlib", "PosixPath", "WindowsPath", "Path")
            .add(PATH, "pathlib", "PurePosixPath", "PureWindowsPath")
            .add(CONFIG, "omegaconf.dictconfig", "DictConfig")
            .add(CONFIG, "omegaconf.listconfig", "ListConfig")
            .add(CONFIG, "omegaconf.base", "ContainerMetadata", "Metadata", "Box", "Node")
            .add(CONFIG, "omegaconf.base", "Container", "SCMode", "UnionNode")
            .add(CONFIG, "omegaconf.nodes", "AnyNode", "IntegerNode", "FloatNode", "StringNode")
            .add(CONFIG, "omegaconf.nodes", "BooleanNode", "BytesNode", "PathNode", "EnumNode")
            .add(CONFIG, "omegaconf.nodes", "ValueNode", "InterpolationResultNode")
            .add("names a type", "typing", "Any")
            .add(CHOICE, MEGATRON + ".enums", "ModelType", "Fp8Recipe", "Fp4Recipe")
            .add(CHOICE, MEGATRON + ".transformer.enums", "AttnBackend", "AttnMaskType", "AttnType")
            .add(CHOICE, MEGATRON + ".transformer.enums", "LayerType", "ModelType")
            .add(CHOICE, MEGATRON + ".transformer.enums", "CudaGraphScope", "CudaGraphModule")
            .add(CHOICE, MEGATRON + ".transformer.enums", "InferenceCudaGraphScope")
            .add(RECORD, MEGATRON + ".optimizer", "OptimizerConfig")
            .add(RECORD, MEGATRON + ".optimizer.optimizer_config", "OptimizerConfig")
            .add(RECORD, MEGATRON + ".transformer.transformer_config", "TransformerConfig")
            .add(RECORD, MEGATRON + ".transformer.transformer_config", "MLATransformerConfig")
            .add(RECORD, MEGATRON + ".rerun_state_machine", "RerunDiagnostic", "RerunMode")
            .add(RECORD, MEGATRON + ".rerun_state_machine", "RerunState")
            .add(TENSOR, MEGATRON + ".dist_checkpointing.mapping", "ShardedTensor", "ShardedObject")
            .add(TENSOR, MEGATRON + ".dist_checkpointing.mapping", "LocalNonpersistentObject")
            .add(TENSOR, "torch.distributed.checkpoint.metadata", "Metadata", "MetadataIndex")
            .add(TENSOR, "torch.distributed.checkpoint.metadata", "TensorStorageMetadata")
            .add(TENSOR, "torch.distributed.checkpoint.metadata", "ChunkStorageMetadata")
            .add(TENSOR, "torch.distributed.checkpoint.metadata", "BytesStorageMetadata")
            .add(TENSOR, "torch.distributed.checkpoint.metadata", "TensorProperties", "StorageMeta")
            .add(TENSOR, "torch.distributed.checkpoint.metadata", "_MEM_FORMAT_ENCODING")
            .add(TENSOR, "torch.distributed.checkpoint.filesystem", "_StorageInfo")
            .addPackages(RECORD, "transformer_engine.common.recipe")
            .add(CHOICE, "signal", "Signals")
            .add("holds the state of a random generator", "torch._C", "Generator")
            .add("keeps a function and arguments for a later call", "functools", "partial")
            .add(FUNCTION, "torch.nn.init", "*")
            .add(FUNCTION, "torch._C._nn", "gelu")
            .add(FUNCTION, "torch.nn.functional", "*")
            .add(RECORD, "transformers.training_args", "TrainingArguments", "OptimizerNames")
            .add(CHOICE, "transformers.training_args", "ParallelMode")
            .add(CHOICE, "transformers.trainer_utils", "IntervalStrategy", "SchedulerType")
            .add(CHOICE, "transformers.trainer_utils", "HubStrategy", "SaveStrategy")
            .add(CHOICE, "transformers.trainer_utils", "EvaluationStrategy");

    private RecordNames() {}

    static Optional<String> effect(Global global) {
      boolean attributes =
          global.name().equals("AttributeDict")
              && (global.module().startsWith("pytorch_lightning.utilities.")
                  || global.module().startsWith("lightning.pytorch.utilities.")
                  || global.module().startsWith("lightning.fabric.utilities."));
      return attributes ? Optional.of(RECORD) : TABLE.effect(global);
    }
  }
}
