package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import java.util.Optional;

/**
 * The Python classes that trainings save beside weights. Their objects are kept as records whose
 * fields can be read. Seen in files of Lightning 2.0, OmegaConf 2.3, Megatron-Core 0.16 and PyTorch
 * 2.8.
 */
final class RecordNames {
  private static final String RECORD = "makes a record; its fields are data";
  private static final String PATH = "makes a file's path; opens nothing";
  private static final String CHOICE = "names one of a list of choices";
  private static final String CONFIG = "makes a part of a configuration";
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
