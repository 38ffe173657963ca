package io.shardwright.bench.input;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * The same weights under transformers' names: queries, keys and values apart, which Megatron-Core
 * keeps group by group (NeMo v1.23.0, {@code
 * scripts/nlp_language_modeling/convert_hf_llama_to_nemo.py}).
 */
public record HuggingFaceParts(Decoder model) {
  /** All tensors. */
  public List<Part> all() {
    var parts = new ArrayList<Part>();
    parts.add(first("model.embed_tokens.weight", model.words(), model.vocabulary()));
    for (int layer = 0; layer < model.layers(); layer++) {
      String prefix = "model.layers." + layer + ".";
      attention(parts, prefix + "self_attn.", layer);
      mlp(parts, prefix + "mlp.", layer);
      parts.add(Part.vector(prefix + "input_layernorm.weight", model.attentionNorm(layer)));
      parts.add(Part.vector(prefix + "post_attention_layernorm.weight", model.mlpNorm(layer)));
    }
    parts.add(Part.vector("model.norm.weight", model.norm()));
    parts.add(first("lm_head.weight", model.output(), model.vocabulary()));
    return parts;
  }

  /** A LoRA's two factors for every matrix of the layers, under PEFT's names. */
  List<Part> lora(long rank) {
    var parts = new ArrayList<Part>();
    for (Part part : all()) {
      String name = part.spec().name();
      if (name.startsWith("model.layers.") && !part.isVector()) {
        String prefix = "base_model.model." + name.substring(0, name.lastIndexOf('.'));
        var a = new Whole(prefix + ".lora_A.weight", rank, part.columns());
        var b = new Whole(prefix + ".lora_B.weight", part.rows(), rank);
        parts.add(first(a.name(), a, a.rows()));
        parts.add(first(b.name(), b, b.rows()));
      }
    }
    return parts;
  }

  private void attention(List<Part> parts, String prefix, int layer) {
    Whole qkv = model.qkv(layer);
    int queries = model.heads() / model.groups();
    parts.add(heads(prefix + "q_proj.weight", qkv, queries, 0));
    parts.add(heads(prefix + "k_proj.weight", qkv, 1, queries));
    parts.add(heads(prefix + "v_proj.weight", qkv, 1, queries + 1));
    Whole projection = model.projection(layer);
    parts.add(first(prefix + "o_proj.weight", projection, projection.rows()));
  }

  /** So many heads of every group, from one on. */
  private Part heads(String name, Whole qkv, int each, int from) {
    long size = model.headSize();
    long group = model.heads() / model.groups() + 2L;
    LongUnaryOperator row =
        r -> (r / size / each * group + from + r / size % each) * size + r % size;
    long rows = each * model.groups() * size;
    return Part.matrix(name, qkv, rows, qkv.columns(), 0, row);
  }

  private void mlp(List<Part> parts, String prefix, int layer) {
    Whole up = model.up(layer);
    parts.add(first(prefix + "gate_proj.weight", up, model.ffn()));
    parts.add(
        Part.matrix(
            prefix + "up_proj.weight", up, model.ffn(), up.columns(), 0, r -> model.ffn() + r));
    parts.add(first(prefix + "down_proj.weight", model.down(layer), model.down(layer).rows()));
  }

  private static Part first(String name, Whole whole, long rows) {
    return Part.matrix(name, whole, rows, whole.columns(), 0, r -> r);
  }
}
