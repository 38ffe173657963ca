"""Makes a tiny random model of each class and compares it, in transformers, with what came back from `torch_dist` folders.

usage: check_classes.py FOLDER

Each model is written to FOLDER/NAME in fp32. When all are made, a line says `made NAME…`, and what FOLDER/back/NAME holds is compared once
a line is read: every weight and the logits have to be equal. NAME ends in -ep2 where the model has experts.
"""
import pathlib
import sys

import torch
import transformers as t

LENGTH = 40
COMMON = dict(vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2,
              max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0)
LLAMA3 = dict(rope_type="llama3", rope_theta=500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)
SLIDING = dict(sliding_window=16, layer_types=["sliding_attention", "full_attention"] * 2)
LATENT = dict(num_key_value_heads=4, q_lora_rank=16, kv_lora_rank=24, qk_rope_head_dim=8, qk_nope_head_dim=16, v_head_dim=12)
ROUTED = dict(num_experts_per_tok=2, moe_intermediate_size=24)
SHARED = dict(**ROUTED, n_routed_experts=4, n_shared_experts=1, n_group=1, topk_group=1, first_k_dense_replace=1, num_nextn_predict_layers=0)
GATED = dict(**ROUTED, num_experts=4, decoder_sparse_step=1, mlp_only_layers=[])
MODELS = {
    "llama31": ("Llama", dict(rope_parameters=LLAMA3)),
    "llama32": ("Llama", dict(rope_parameters={**LLAMA3, "factor": 32.0}, tie_word_embeddings=True, head_dim=16)),
    "mistral": ("Mistral", dict(sliding_window=None, head_dim=16)),
    "mistral-window": ("Mistral", dict(sliding_window=16)),
    "ministral": ("Ministral", dict(**SLIDING, head_dim=16)),
    "qwen2": ("Qwen2", dict(tie_word_embeddings=True)),
    "qwen3": ("Qwen3", dict(head_dim=16)),
    "phi3": ("Phi3", dict(sliding_window=None)),
    "phi4": ("Phi3", dict(sliding_window=None, tie_word_embeddings=True,
                          rope_parameters=dict(rope_type="default", rope_theta=10000.0, partial_rotary_factor=0.5))),
    "gemma2": ("Gemma2", dict(**SLIDING, head_dim=16, query_pre_attn_scalar=24)),
    "gemma3": ("Gemma3", dict(sliding_window=16, head_dim=16, query_pre_attn_scalar=24)),
    "glm4": ("Glm4", dict(head_dim=16)),
    "nemotron": ("Nemotron", {}),
    "mixtral-ep2": ("Mixtral", dict(num_local_experts=4)),
    "qwen3moe-ep2": ("Qwen3Moe", dict(**GATED, head_dim=16)),
    "qwen2moe-ep2": ("Qwen2Moe", dict(**GATED, shared_expert_intermediate_size=40)),
    "olmoe-ep2": ("Olmoe", dict(num_experts=4, num_experts_per_tok=2)),
    "glm45-ep2": ("Glm4Moe", dict(**SHARED, head_dim=16, use_qk_norm=True)),
    "deepseek2-ep2": ("DeepseekV2", dict(**SHARED, **LATENT)),
    "deepseek3-ep2": ("DeepseekV3", dict(**SHARED, **LATENT)),
    "gptoss-ep2": ("GptOss", dict(head_dim=16, num_local_experts=4, num_experts_per_tok=2, sliding_window=16)),
}


def made(seed, name):
    base, sizes = MODELS[name]
    torch.manual_seed(seed)
    config = getattr(t, base + ("TextConfig" if base == "Gemma3" else "Config"))(**{**COMMON, **sizes})
    model = getattr(t, base + "ForCausalLM")(config).float().eval()
    with torch.no_grad():
        for value in model.parameters():
            value.add_(torch.randn_like(value) * 0.05)
    return model


def logits(model):
    torch.manual_seed(1)
    with torch.no_grad():
        return model(torch.randint(3, model.config.vocab_size, (2, LENGTH))).logits


def check(name, model, folder):
    found, report = type(model).from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    assert found.config.architectures == [type(model).__name__], (name, found.config.architectures)
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not report[kind], (name, kind, report[kind])
    one, other = model.state_dict(), found.state_dict()
    assert one.keys() == other.keys(), name
    differ = [key for key in one if not torch.equal(one[key], other[key])]
    assert not differ, (name, differ)
    want, got = logits(model), logits(found.eval())
    assert torch.equal(want, got), (name, (want - got).abs().max().item())
    print(f"{name}: {len(one)} tensors and logits up to {want.abs().max():.2f} equal")


def main(folder):
    folder = pathlib.Path(folder)
    models = {name: made(seed, name) for seed, name in enumerate(MODELS)}
    for name, model in models.items():
        model.save_pretrained(folder / name)
    print("made", *models, flush=True)
    sys.stdin.readline()
    for name, model in models.items():
        check(name, model, folder / "back" / name)


if __name__ == "__main__":
    main(*sys.argv[1:])
