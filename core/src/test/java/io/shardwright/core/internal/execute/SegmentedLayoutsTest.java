package io.shardwright.core.internal.execute;

import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.internal.execute.InMemoryModel.Held;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The layouts of real models, each row of a tensor told by its number. */
class SegmentedLayoutsTest {
  private static final Map<String, String> CONFIG =
      Map.ofEntries(
          Map.entry("num_attention_heads", "4"),
          Map.entry("num_query_groups", "2"),
          Map.entry("kv_channels", "3"),
          Map.entry("mamba_num_heads", "4"),
          Map.entry("mamba_head_dim", "3"),
          Map.entry("mamba_num_groups", "2"),
          Map.entry("mamba_state_dim", "5"),
          Map.entry("linear_num_key_heads", "2"),
          Map.entry("linear_num_value_heads", "4"),
          Map.entry("linear_key_head_dim", "3"),
          Map.entry("linear_value_head_dim", "5"),
          Map.entry("q_lora_rank", "4"),
          Map.entry("kv_lora_rank", "6"),
          Map.entry("qk_pos_emb_head_dim", "2"));

  private static InMemoryModel model(Map<ParameterRule, List<Integer>> tensors) {
    Map<String, Held> held = new LinkedHashMap<>();
    tensors.forEach(
        (rule, rows) -> {
          byte[] bytes = new byte[rows.size()];
          IntStream.range(0, bytes.length).forEach(i -> bytes[i] = (byte) (int) rows.get(i));
          held.put(rule.pattern(), new Held(DType.UINT8, Shape.of(rows.size(), 1), bytes));
        });
    return new InMemoryModel(List.copyOf(tensors.keySet()), 1, CONFIG, List.of(held));
  }

  private static List<Integer> rows(InMemoryModel model, int rank, String name) {
    byte[] bytes = model.files().get(rank).get(name).bytes();
    return IntStream.range(0, bytes.length).mapToObj(i -> (int) bytes[i]).toList();
  }

  private static List<Integer> range(int... bounds) {
    var all = new ArrayList<Integer>();
    for (int i = 0; i < bounds.length; i += 2) {
      IntStream.range(bounds[i], bounds[i + 1]).forEach(all::add);
    }
    return all;
  }

  /**
   * z, x, B, C and dt: a rank has its share of each (megatron-core 0.19.2,
   * megatron/core/ssm/mamba_mixer.py, _split_tensor_factory).
   */
  @Test
  void mambasInputProjection() {
    String inner = "mamba_num_heads * mamba_head_dim";
    String states = "mamba_num_groups * mamba_state_dim";
    var packed =
        column("mixer.in_proj.weight")
            .cutBetween("mamba_num_groups")
            .segments(inner, inner, states, states, "mamba_num_heads");
    var whole = model(Map.of(packed, range(0, 48)));
    var split = whole.reshard(2, 64, 1);
    assertEquals(
        range(6, 12, 18, 24, 29, 34, 39, 44, 46, 48), rows(split, 1, "mixer.in_proj.weight"));
    var apart =
        whole.renamed(
            List.of(
                packed.part(0, 0, 1).of("mixer.in_proj.weight"),
                column("mixer.in_proj.weight.rest")
                    .of("mixer.in_proj.weight")
                    .segments(inner, inner, states, states, "mamba_num_heads")
                    .part(0, 1, 0)),
            2,
            64);
    assertEquals(range(6, 12), rows(apart, 1, "mixer.in_proj.weight"));
  }

  /**
   * Qwen3-Next: transformers has query, key, value and z of a key head together; Megatron-Core has
   * a rank's share of each.
   */
  @Test
  void theInputProjectionOfAGatedDeltaNet() {
    String keys = "linear_num_key_heads * linear_key_head_dim";
    String values = "linear_num_value_heads * linear_value_head_dim";
    String heads = "linear_num_value_heads";
    String name = "self_attention.in_proj.weight";
    String[] sizes = {keys, keys, values, values, heads, heads};
    var packed = column(name).cutBetween("linear_num_key_heads").segments(sizes);
    var qkvz =
        column("linear_attn.in_proj_qkvz.weight")
            .of(name)
            .segments(sizes)
            .alternating("linear_num_key_heads")
            .part(0, 0, 4);
    var ba =
        column("linear_attn.in_proj_ba.weight")
            .of(name)
            .segments(sizes)
            .alternating("linear_num_key_heads")
            .part(0, 4, 6);
    var tensors = new LinkedHashMap<ParameterRule, List<Integer>>();
    tensors.put(qkvz, range(0, 52));
    tensors.put(ba, range(52, 60));
    var split = model(tensors).renamed(List.of(packed), 2, 64);
    assertEquals(
        range(0, 3, 3, 6, 6, 16, 16, 26, 52, 54, 54, 56), rows(split, 0, name), "first key head");
    assertEquals(range(26, 52, 56, 60), rows(split, 1, name), "second key head");
    var merged = split.renamed(List.of(packed), 1, 64);
    assertEquals(
        range(
            0, 3, 26, 29, 3, 6, 29, 32, 6, 16, 32, 42, 16, 26, 42, 52, 52, 54, 56, 58, 54, 56, 58,
            60),
        rows(merged, 0, name));
    var back = split.renamed(List.of(qkvz, ba), 1, 64);
    assertEquals(range(0, 52), rows(back, 0, "linear_attn.in_proj_qkvz.weight"));
    assertEquals(range(52, 60), rows(back, 0, "linear_attn.in_proj_ba.weight"));
  }

  /**
   * A group is its queries, their gates, a key and a value; transformers has a head's gate by it.
   */
  @Test
  void aFusedQkvWithAnOutputGate() {
    String queries = "num_attention_heads * kv_channels";
    String keys = "num_query_groups * kv_channels";
    String[] sizes = {queries, queries, keys, keys};
    String name = "self_attention.linear_qkv.weight";
    var fused = column(name).segments(sizes).alternating("num_query_groups");
    var q = column("q_proj.weight").of(name).segments(sizes).alternating("num_attention_heads");
    var tensors = new LinkedHashMap<ParameterRule, List<Integer>>();
    tensors.put(q.part(0, 0, 2), range(0, 24));
    tensors.put(column("k_proj.weight").of(name).segments(sizes).part(0, 2, 3), range(24, 30));
    tensors.put(column("v_proj.weight").of(name).segments(sizes).part(0, 3, 4), range(30, 36));
    var split = model(tensors).renamed(List.of(fused), 2, 64);
    assertEquals(
        range(0, 3, 6, 9, 3, 6, 9, 12, 24, 27, 30, 33), rows(split, 0, name), "first group");
    assertEquals(range(12, 15, 18, 21, 15, 18, 21, 24, 27, 30, 33, 36), rows(split, 1, name));
    var back = split.renamed(List.copyOf(tensors.keySet()), 1, 64);
    tensors.forEach((rule, rows) -> assertEquals(rows, rows(back, 0, rule.pattern())));
  }

  /** Latent queries, then latent keys and values with the shared rotary rows, on every rank. */
  @Test
  void theFusedDownProjectionOfLatentAttention() {
    String[] sizes = {"q_lora_rank", "kv_lora_rank + qk_pos_emb_head_dim"};
    String name = "self_attention.linear_qkv_down_proj.weight";
    var fused = replicated(name).segments(sizes);
    var tensors = new LinkedHashMap<ParameterRule, List<Integer>>();
    tensors.put(replicated("q_a").of(name).segments(sizes).part(0, 0, 1), range(0, 4));
    tensors.put(replicated("kv_a").of(name).segments(sizes).part(0, 1, 2), range(4, 12));
    var split = model(tensors).renamed(List.of(fused), 2, 64);
    assertEquals(range(0, 12), rows(split, 0, name));
    assertEquals(range(0, 12), rows(split, 1, name));
    var back = split.renamed(List.copyOf(tensors.keySet()), 2, 64);
    assertEquals(range(4, 12), rows(back, 1, "kv_a"));
  }
}
