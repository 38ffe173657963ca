"""Makes PEFT archives with NeMo 1.23.0 itself, on a CPU: a process a rank, and NeMo's own connector writes the file.

usage: make_nemo_peft.py adapter BASE.nemo OUT.nemo SCHEME TP PP [key=value…]
       make_nemo_peft.py merged MERGE.py BASE.nemo ADAPTER.nemo TP OUT.safetensors
`merged` lets NeMo's scripts/nlp_language_modeling/merge_lora_weights/merge.py add an adapter to a base of TP 1, and keeps two layers.
Needs nemo_toolkit 1.23.0, megatron-core 0.5.0, apex's Python part and, for Megatron-Core models, Transformer Engine's names.
"""
import importlib.util
import os
import sys
import tempfile
import zlib

import torch
import torch.multiprocessing

REPLICATED = ("layer_norm.", "ptuning_adapter.embedding", "inference_table", "second.bias", "position_embeddings", "adapter.mlp.")
PEFT = {
    "restore_from_path": None,
    "lora_tuning": {"adapter_dim": 4, "adapter_dropout": 0.0, "column_init_method": "xavier", "row_init_method": "zero",
                    "layer_selection": None, "weight_tying": False, "position_embedding_strategy": None},
    "adapter_tuning": {"type": "parallel_adapter", "adapter_dim": 4, "adapter_dropout": 0.0, "norm_position": "pre",
                       "column_init_method": "xavier", "row_init_method": "zero", "norm_type": "mixedfusedlayernorm",
                       "layer_selection": None, "weight_tying": False, "position_embedding_strategy": None},
    "p_tuning": {"virtual_tokens": 3, "bottleneck_dim": 8, "embedding_dim": 6, "init_std": 0.023},
    "ia3_tuning": {"layer_selection": None},
}


def on_cpu():
    torch.cuda.current_device = lambda *a: "cpu"
    torch.cuda.synchronize = torch.cuda.set_device = lambda *a, **k: None
    torch.Tensor.cuda = torch.nn.Module.cuda = lambda self, *a, **k: self


def unpacked(archive, folder):
    from nemo.collections.nlp.parts.nlp_overrides import NLPSaveRestoreConnector
    from omegaconf import OmegaConf

    NLPSaveRestoreConnector._unpack_nemo_file(archive, folder)
    return OmegaConf.load(folder + "/model_config.yaml")


def rank(number, base, out, scheme, tp, pp, changes, port):
    on_cpu()
    os.environ.update(RANK=str(number), WORLD_SIZE=str(tp * pp), MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port),
                      NEMO_MEGATRON_MODEL_PARALLEL_APPSTATE_OVERRIDE="true")
    from megatron.core import parallel_state
    from nemo.collections.nlp.models.language_modeling.megatron_gpt_sft_model import MegatronGPTSFTModel
    from nemo.collections.nlp.parts.nlp_overrides import NLPDDPStrategy, NLPSaveRestoreConnector
    from nemo.collections.nlp.parts.peft_config import PEFT_CONFIG_MAP
    from nemo.utils.app_state import AppState
    from omegaconf import OmegaConf, open_dict
    from pytorch_lightning import Trainer

    if tp * pp > 1:
        torch.distributed.init_process_group("gloo", rank=number, world_size=tp * pp)
        parallel_state.initialize_model_parallel(tp, pp)
    state = AppState()
    state.global_rank = state.local_rank = number
    state.tensor_model_parallel_size, state.pipeline_model_parallel_size = tp, pp
    state.expert_model_parallel_size, state.data_parallel_rank, state.model_parallel_size = 1, 0, tp * pp
    trainer = Trainer(accelerator="cpu", devices=1, precision=32, strategy=NLPDDPStrategy(), logger=False, enable_checkpointing=False)
    with tempfile.TemporaryDirectory() as folder:
        cfg = unpacked(base, folder)
    with open_dict(cfg):
        cfg.tensor_model_parallel_size, cfg.pipeline_model_parallel_size = tp, pp
        cfg.use_cpu_initialization, cfg.sequence_parallel = True, False
        cfg.target = MegatronGPTSFTModel.__module__ + ".MegatronGPTSFTModel"
        cfg.restore_from_path = "base.nemo"
        cfg.global_batch_size = cfg.micro_batch_size
        cfg.data = {"train_ds": {"file_names": ["none"]}, "data_prefix": ["none"]}
        cfg.tokenizer = {"library": "byte-level", "type": None, "model": None, "vocab_file": None, "merge_file": None}
        cfg.peft = {"peft_scheme": scheme, **PEFT}
        for change in changes:
            key, value = change.split("=", 1)
            OmegaConf.update(cfg, key, eval(value), force_add=True)
    model = MegatronGPTSFTModel(cfg, trainer)
    model._save_restore_connector = NLPSaveRestoreConnector()
    model.add_adapter(PEFT_CONFIG_MAP[scheme](cfg))
    model.setup_complete = True
    for name, value in sorted(model.state_dict().items()):
        alike = any(part in name for part in REPLICATED)
        torch.manual_seed(zlib.crc32(f"{name} {number // tp} {0 if alike else number % tp}".encode()))
        value.data.copy_(torch.randn_like(value) * 0.3)
    model.save_to(out)


def adapter(base, out, scheme, tp, pp, *changes):
    args = (os.path.abspath(base), os.path.abspath(out), scheme, int(tp), int(pp), changes, 29600 + os.getpid() % 300)
    torch.multiprocessing.spawn(rank, args=args, nprocs=int(tp) * int(pp))


def merged(script, base, lora, tp, out):
    import safetensors.torch
    import zarr

    on_cpu()
    spec = importlib.util.spec_from_file_location("merge", script)
    merge = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(merge)
    with tempfile.TemporaryDirectory() as folder:
        cfg = unpacked(base, folder)
        if cfg.mcore_gpt:
            arrays = zarr.open(folder + "/model_weights/model.decoder.layers.self_attention.linear_qkv.weight", "r")[:]
            state = {f"model.decoder.layers.{i}.self_attention.linear_qkv.weight": torch.tensor(a) for i, a in enumerate(arrays)}
        else:
            state = torch.load(folder + "/model_weights.ckpt")
    weights, _ = merge.load_lora(lora, int(tp))
    merge.merge(state, weights, tp=int(tp), num_layers=cfg.num_layers, mcore=cfg.mcore_gpt)
    kept = {k: v.contiguous() for k, v in state.items() if (".layers.0." in k or ".layers.3." in k) and ("_qkv.weight" in k or "key_value.weight" in k)}
    safetensors.torch.save_file(kept, out)


if __name__ == "__main__":
    {"adapter": adapter, "merged": merged}[sys.argv[1]](*sys.argv[2:])
