"""forward_gpt.py JOB... each MODEL:FOLDER[:tp=2,pp=1,ep=2,etp=1]: Megatron-Core's own GPTModel of local layers computes transformers' logits.

MODEL is a folder of --make; FOLDER is the torch_dist folder that was made of it, or a root. GPTModel is built from the sizes in MODEL's config.json, each
parameter is set to NaN, Megatron-Core loads FOLDER at its default strictness, and the logits are compared with those that --make noted.

forward_gpt.py --make FOLDER: random fp32 models of classes whose parts Megatron-Core's local layers have, each with transformers' logits in logits.pt.

STUBS is a folder with bridge_env.py, cpu_shims.py and stand-ins for what needs a GPU; BRIDGE is the environment of megatron-core 0.19.2 and
transformers. With torchrun --nproc_per_node N where the grid needs N processes. Exit 1 if a logit differs by more than 2e-5."""
import functools, json, os, pathlib, sys

os.environ["CPU_STUBS_TE"] = "0"  # local layers alone
sys.path[:0] = [os.environ["STUBS"]]
import bridge_env as E
import torch, torch.distributed as dist

SIZES = dict(vocab_size=256, hidden_size=64, intermediate_size=96, num_hidden_layers=4, num_attention_heads=8, num_key_value_heads=4,
             max_position_embeddings=128, bos_token_id=1, eos_token_id=2, pad_token_id=0)
LENGTH, TOLERANCE = 48, 2e-5


def models():
    import transformers as t
    mixtral = lambda **more: t.MixtralForCausalLM(t.MixtralConfig(**{**SIZES, "num_local_experts": 4, "sliding_window": None, **more}))
    phi3 = lambda **more: t.Phi3ForCausalLM(t.Phi3Config(**{**SIZES, "sliding_window": None, **more}))
    yield "mixtral", lambda: mixtral()
    yield "mixtral-8-top3", lambda: mixtral(num_local_experts=8, num_experts_per_tok=3, num_key_value_heads=2, rms_norm_eps=1e-6, num_hidden_layers=3)
    yield "phi3", lambda: phi3(num_key_value_heads=8)
    yield "phi3-groups-partial", lambda: phi3(tie_word_embeddings=True, rope_parameters=dict(rope_type="default", rope_theta=50000.0, partial_rotary_factor=0.5))


    routed = dict(num_experts=6, num_experts_per_tok=3, moe_intermediate_size=40)
    yield "llama", lambda: t.LlamaForCausalLM(t.LlamaConfig(**{**SIZES, "head_dim": 12, "num_key_value_heads": 1, "num_hidden_layers": 3}))
    yield "llama-biases", lambda: t.LlamaForCausalLM(t.LlamaConfig(**SIZES, attention_bias=True, mlp_bias=True))
    yield "mistral", lambda: t.MistralForCausalLM(t.MistralConfig(**SIZES, head_dim=24, sliding_window=None))
    yield "qwen2", lambda: t.Qwen2ForCausalLM(t.Qwen2Config(**SIZES, tie_word_embeddings=True))
    yield "qwen3", lambda: t.Qwen3ForCausalLM(t.Qwen3Config(**SIZES, head_dim=12))
    yield "starcoder2", lambda: t.Starcoder2ForCausalLM(t.Starcoder2Config(**SIZES, sliding_window=None))
    yield "qwen2moe", lambda: t.Qwen2MoeForCausalLM(t.Qwen2MoeConfig(**SIZES, **routed, shared_expert_intermediate_size=72, norm_topk_prob=True))
    yield "qwen3moe", lambda: t.Qwen3MoeForCausalLM(t.Qwen3MoeConfig(**SIZES, **routed, head_dim=12, norm_topk_prob=False))


def make(folder):
    for seed, (name, model) in enumerate(models()):
        torch.manual_seed(seed)
        model = model().float().eval()
        with torch.no_grad():
            for value in model.parameters(): value.add_(torch.randn_like(value) * 0.1)
            tokens = torch.randint(3, model.config.vocab_size, (2, LENGTH))
            logits = model(tokens).logits
        model.save_pretrained(os.path.join(folder, name))
        torch.save((tokens, logits), os.path.join(folder, name, "logits.pt"))
        print(f"{name}: logits up to {logits.abs().max():.2f}")


def built(said, par):
    """GPTModel of a Hugging Face configuration: what this script's classes have in common, and their experts."""
    from megatron.core import parallel_state as mpu
    from megatron.core.models.gpt import GPTModel
    from megatron.core.models.gpt.gpt_layer_specs import get_gpt_layer_local_spec
    from megatron.core.transformer import TransformerConfig
    rope = said.get("rope_parameters") or {}
    share = rope.get("partial_rotary_factor", said.get("partial_rotary_factor", 1.0))
    kind = said["model_type"]
    experts = said.get("num_local_experts", said.get("num_experts"))
    routed = dict(num_moe_experts=experts, moe_router_topk=said["num_experts_per_tok"], moe_ffn_hidden_size=said.get("moe_intermediate_size", said["intermediate_size"]),
                  moe_router_load_balancing_type="none", moe_router_pre_softmax=said.get("norm_topk_prob") is False,
                  moe_token_dispatcher_type="allgather") if experts else {}
    if kind == "qwen2_moe":
        routed |= dict(moe_shared_expert_intermediate_size=said["shared_expert_intermediate_size"], moe_shared_expert_gate=True)
    gelu = kind == "starcoder2"
    norm = "LayerNorm" if gelu else "RMSNorm"
    normed = kind in ("qwen3", "qwen3_moe")
    config = TransformerConfig(
        num_layers=said["num_hidden_layers"], hidden_size=said["hidden_size"], ffn_hidden_size=said["intermediate_size"],
        num_attention_heads=said["num_attention_heads"], num_query_groups=said["num_key_value_heads"], normalization=norm,
        kv_channels=said.get("head_dim") or said["hidden_size"] // said["num_attention_heads"], qk_layernorm=normed,
        layernorm_epsilon=said.get("rms_norm_eps", said.get("norm_epsilon")), gated_linear_unit=not gelu,
        activation_func=functools.partial(torch.nn.functional.gelu, approximate="tanh") if gelu else torch.nn.functional.silu,
        add_bias_linear=bool(said.get("mlp_bias") or said.get("use_bias")), add_qkv_bias=kind in ("qwen2", "qwen2_moe"),
        hidden_dropout=0.0, attention_dropout=0.0, use_cpu_initialization=True, params_dtype=torch.float32, pipeline_dtype=torch.float32,
        persist_layer_norm=False, masked_softmax_fusion=False, bias_activation_fusion=False, bias_dropout_fusion=False, apply_rope_fusion=False,
        gradient_accumulation_fusion=False, **{E.PARALLEL[key]: size for key, size in par.items()}, **routed)
    layer = get_gpt_layer_local_spec(num_experts=experts, qk_layernorm=normed, normalization=norm)
    if experts:  # Transformer Engine's layers, which the folder is for, have this norm by itself before experts, whose files are read here
        del layer.submodules.sharded_state_dict_keys_map["pre_mlp_layernorm."]
    return GPTModel(
        config, layer, vocab_size=said["vocab_size"],
        max_sequence_length=said["max_position_embeddings"], share_embeddings_and_output_weights=said["tie_word_embeddings"],
        position_embedding_type="rope", rotary_percent=share, rotary_base=rope.get("rope_theta", said.get("rope_theta")), parallel_output=False,
        pre_process=mpu.is_pipeline_first_stage(), post_process=mpu.is_pipeline_last_stage()).eval()


def check(source, folder, par):
    from megatron.core import dist_checkpointing, parallel_state as mpu
    from megatron.core.tensor_parallel.random import model_parallel_cuda_manual_seed
    if mpu.is_initialized(): mpu.destroy_model_parallel()
    mpu.initialize_model_parallel(par.get("tp", 1), expert_model_parallel_size=par.get("ep", 1), expert_tensor_parallel_size=par.get("etp"))
    model_parallel_cuda_manual_seed(1)
    model = built(json.loads((source / "config.json").read_text()), par)
    with torch.no_grad():
        for value in model.parameters(): value.fill_(float("nan"))
    roots = sorted(folder.glob("iter_*"))
    loaded = dist_checkpointing.load(model.sharded_state_dict(), str(roots[0] if roots else folder))
    model.load_state_dict(loaded, strict=False)
    left = [name for name, value in model.named_parameters() if value.isnan().any()]
    tokens, want = torch.load(source / "logits.pt")
    hidden = torch.ones(LENGTH, LENGTH, dtype=torch.bool).triu(1)[None, None]
    with torch.no_grad():
        got = model(tokens, torch.arange(LENGTH).expand_as(tokens), hidden)
    apart = (got - want).abs().max().item()
    print(f"RESULT {source.name} {par or 'tp=1'} rank {dist.get_rank()}: {len(list(model.parameters()))} parameters, {len(left)} not loaded {left[:3]}, "
          f"logits up to {want.abs().max():.2f} differ by {apart:.1e}", flush=True)
    return not left and apart <= TOLERANCE


def main():
    if sys.argv[1] == "--make": return make(sys.argv[2])
    import cpu_shims
    cpu_shims.init()
    ok = True
    for job in sys.argv[1:]:
        source, folder, *grid = job.split(":")
        ok &= check(pathlib.Path(source), pathlib.Path(folder), E.layout(grid[0]) if grid else {})
    dist.barrier()
    sys.exit(not ok)


if __name__ == "__main__": main()
