"""load_ranks.py JOB... each NAME:MODEL:ROOT[:tp=2,pp=1,vp=2,ep=2,etp=1]: Megatron-LM's own load_checkpoint takes a root whose ranks have a file each.

MODEL is a Hugging Face folder: Megatron-Bridge makes the model of it on this grid, every parameter is noted and set to NaN, load_checkpoint
reads ROOT, and each rank's parameters are compared with what was noted, bit for bit. Or it is a folder of --save: a GPT with biases and
learned positions by Megatron-Core's own GPTModel, whose parameters each rank noted there.

load_ranks.py --save FOLDER [tp=2,pp=2]: makes such a GPT with random parameters and saves it by Megatron-LM's save_checkpoint with
--ckpt-format torch into FOLDER/root; FOLDER/rank-N.pt has what rank N noted.

STUBS is a folder with bridge_env.py, cpu_shims.py and stand-ins for what needs a GPU; BRIDGE is the environment of megatron-core 0.19.2
and megatron-bridge 0.6.2. With torchrun --nproc_per_node N where the grid needs N processes. Exit 1 if a parameter differs."""
import os, pathlib, sys

sys.path[:0] = [os.environ["STUBS"]]
import bridge_env as E
import torch, torch.distributed as dist


def arguments(par, load, save=None, config=None):
    """What Megatron-LM's command line would make, without what needs a device."""
    from megatron.training import arguments, global_vars
    old, sys.argv = sys.argv, sys.argv[:1]
    args = arguments.parse_args(ignore_unknown_args=True)
    sys.argv = old
    args.load, args.save = load, save
    args.ckpt_format, args.auto_detect_ckpt_format, args.use_dist_ckpt = "torch", False, False
    args.no_load_optim = args.no_load_rng = args.no_save_optim = args.no_save_rng = True
    args.exit_on_missing_checkpoint = True
    args.rank, args.world_size, args.data_parallel_size = dist.get_rank(), dist.get_world_size(), 1
    for key, size in par.items(): setattr(args, E.PARALLEL[key], size)
    for key in ("num_layers", "hidden_size", "num_attention_heads", "ffn_hidden_size"): setattr(args, key, getattr(config, key))
    args.add_position_embedding = True
    args.consumed_train_samples = args.skipped_train_samples = args.consumed_valid_samples = 0
    args.micro_batch_size = args.global_batch_size = 1
    for key, value in getattr(config, "extra_args", {}).items(): setattr(args, key, value)
    global_vars._GLOBAL_ARGS = args
    return args


def quiet():
    """Counters and callbacks of a training, which there is none of."""
    from megatron.training import checkpointing
    checkpointing.update_num_microbatches = lambda **_: None
    checkpointing.get_rerun_state_machine = lambda: type("None_", (), {"state_dict": lambda *a, **k: None})()
    return checkpointing


def noted(model):
    return [{k: v.detach().clone() for k, v in c.state_dict().items() if isinstance(v, torch.Tensor) and v.numel()} for c in model]


def ruin(model):
    with torch.no_grad():
        for chunk in model:
            for value in list(chunk.parameters()) + list(chunk.buffers()):
                if value.is_floating_point(): value.fill_(float("nan"))


def differing(want, got):
    bits = lambda t: t.contiguous().reshape(-1).view(torch.uint8)
    return [k for w, g in zip(want, got) for k in sorted(w.keys() | g.keys())
            if k not in w or k not in g or w[k].dtype != g[k].dtype or w[k].shape != g[k].shape or not torch.equal(bits(w[k]), bits(g[k]))]


def begin(par):
    from megatron.core import parallel_state as mpu
    from megatron.core.tensor_parallel.random import model_parallel_cuda_manual_seed
    if mpu.is_initialized(): mpu.destroy_model_parallel()
    mpu.initialize_model_parallel(
        par.get("tp", 1), par.get("pp", 1), expert_model_parallel_size=par.get("ep", 1), expert_tensor_parallel_size=par.get("etp"))
    model_parallel_cuda_manual_seed(1)
    return mpu


def gpt(par):
    """A GPT with biases and learned positions, tied, 4 layers."""
    mpu = begin(par)
    from megatron.core.models.gpt import GPTModel
    from megatron.core.models.gpt.gpt_layer_specs import get_gpt_layer_with_transformer_engine_spec
    from megatron.core.transformer import TransformerConfig
    torch.manual_seed(1 + dist.get_rank())
    config = TransformerConfig(
        num_layers=4, hidden_size=32, num_attention_heads=4, ffn_hidden_size=128, use_cpu_initialization=True, add_bias_linear=True,
        params_dtype=torch.float32, pipeline_dtype=torch.float32, gradient_accumulation_fusion=False,
        tensor_model_parallel_size=par.get("tp", 1), pipeline_model_parallel_size=par.get("pp", 1))
    config.extra_args = dict(
        max_position_embeddings=16, seq_length=16, position_embedding_type="learned_absolute", padded_vocab_size=64, vocab_size=63,
        make_vocab_size_divisible_by=32, tokenizer_type="NullTokenizer", normalization="LayerNorm", swiglu=False, kv_channels=8,
        group_query_attention=False, add_bias_linear=True, untie_embeddings_and_output_weights=False, bf16=False, fp16=False,
        params_dtype=torch.float32)
    model = GPTModel(
        config, get_gpt_layer_with_transformer_engine_spec(), vocab_size=64, max_sequence_length=16, share_embeddings_and_output_weights=True,
        position_embedding_type="learned_absolute", pre_process=mpu.is_pipeline_first_stage(), post_process=mpu.is_pipeline_last_stage())
    return [model], config


def alike(model, mpu):
    """What ranks share has to be the same on each: the values are made by name, replicas by the first rank's seed."""
    import hashlib
    for name, value in model[0].state_dict().items():
        if isinstance(value, torch.Tensor) and value.numel():
            cut = getattr(dict(model[0].named_parameters()).get(name), "tensor_model_parallel", False)
            tied = name in ("output_layer.weight", "embedding.word_embeddings.weight")
            where = (mpu.get_pipeline_model_parallel_rank() if not tied else 0, mpu.get_tensor_model_parallel_rank() if cut or tied else 0)
            seed = int.from_bytes(hashlib.sha256(repr(("words" if tied else name, where)).encode()).digest()[:7], "little")
            with torch.no_grad(): value.copy_(torch.randn(value.shape, generator=torch.Generator().manual_seed(seed)).to(value.dtype))


def save(folder, par):
    model, config = gpt(par)
    from megatron.core import parallel_state as mpu
    alike(model, mpu)
    checkpointing = quiet()
    os.makedirs(folder, exist_ok=True)
    arguments(par, None, os.path.join(folder, "root"), config)
    checkpointing.save_checkpoint(7, model, None, None, 0)
    torch.save(noted(model), os.path.join(folder, f"rank-{dist.get_rank()}.pt"))
    dist.barrier()
    print(f"RESULT saved {folder} {par}", flush=True)
    return True


def said(root):
    """The arguments in a root's first file."""
    return torch.load(sorted(pathlib.Path(root).glob("*/mp_rank_*/model_optim_rng.pt"))[0], weights_only=False)["args"]


def load(name, source, root, par):
    rank = dist.get_rank()
    if os.path.exists(os.path.join(source, "config.json")):
        from megatron.bridge import AutoBridge
        from megatron.core import parallel_state as mpu
        if mpu.is_initialized(): mpu.destroy_model_parallel()
        provider = E.provider(AutoBridge.from_hf_pretrained(source), par, True)
        provider.moe_grouped_gemm = said(root).moe_grouped_gemm  # the form of experts, which decides their names
        model = provider.provide_distributed_model(wrap_with_ddp=False, use_cpu_initialization=True)
        want, config = noted(model), provider
    else:
        model, config = gpt(par)
        want = torch.load(os.path.join(source, f"rank-{rank}.pt"))
    ruin(model)
    arguments(par, root, None, config)
    iteration, _ = quiet().load_checkpoint(model, None, None)
    bad = differing(want, noted(model))
    count = sum(len(chunk) for chunk in want)
    print(f"RESULT {name} {par} rank {rank}: iteration {iteration}, {count} tensors, {len(bad)} differ {bad[:3]}", flush=True)
    return not bad


def main():
    if sys.argv[1] != "--save": import megatron.bridge  # before the shims
    import cpu_shims
    cpu_shims.init()
    ok = True
    if sys.argv[1] == "--save":
        ok = save(sys.argv[2], E.layout(sys.argv[3]) if len(sys.argv) > 3 else {})
    else:
        for job in sys.argv[1:]:
            parts = job.split(":")
            ok &= load(*parts[:3], E.layout(parts[3]) if len(parts) > 3 else {})
    dist.barrier()
    sys.exit(not ok)


if __name__ == "__main__": main()
