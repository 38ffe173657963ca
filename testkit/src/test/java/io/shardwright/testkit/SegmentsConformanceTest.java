package io.shardwright.testkit;

import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Size;
import java.util.ArrayList;
import java.util.List;

/**
 * A family whose tensors consist of matrices of unequal length, in two namings and a class that
 * pack them otherwise: a state space mixer, attention with an output gate, latent attention's down
 * projection and one key and value for all queries.
 */
class SegmentsConformanceTest extends AdapterConformance {
  private static final String LAYER = "encoder.layers.*.";
  private static final String INNER = "mixer_heads * mixer_head_dim";
  private static final String STATES = "mixer_groups * mixer_states";
  private static final String[] IN_PROJ = {INNER, INNER, STATES, STATES, "mixer_heads"};
  private static final String[] CONVOLVED = {INNER, STATES, STATES};
  private static final String QUERIES = "num_attention_heads * kv_channels";
  private static final String KEYS = "gated_groups * kv_channels";
  private static final String[] GATED_QKV = {QUERIES, QUERIES, KEYS, KEYS};
  private static final String[] DOWN = {"q_lora_rank", "kv_lora_rank + rope_dim"};
  private static final String[] SHARED = {"hidden_size", "2 * kv_channels"};

  private static ParameterRule segmented(String name, String... segments) {
    return column(LAYER + name).sized(Size.REST, "hidden_size").segments(segments);
  }

  private static ParameterRule convolution(String name) {
    return column(LAYER + name)
        .of(LAYER + "mixer.conv1d.weight")
        .sized(Size.REST, "1", "kernel")
        .segments(CONVOLVED);
  }

  private static ParameterTable packed() {
    return ParameterTable.of(
        segmented("mixer.in_proj.weight", IN_PROJ).cutBetween("mixer_groups"),
        convolution("mixer.conv1d.weight"),
        column(LAYER + "mixer.conv1d.bias").segments(CONVOLVED),
        row(LAYER + "mixer.out_proj.weight")
            .cutBetween("mixer_heads")
            .sized("hidden_size", "mixer_head_dim"),
        segmented("attention.qkv.weight", GATED_QKV).alternating("gated_groups"),
        replicated(LAYER + "attention.down.weight").sized(Size.REST, "hidden_size").segments(DOWN),
        segmented("shared.qkv.weight", SHARED).uncut(1));
  }

  /** The same in pieces, transposed, and by kind. */
  private static ParameterTable pieces() {
    var rows = new ArrayList<ParameterRule>();
    for (int part = 0; part < IN_PROJ.length; part++) {
      rows.add(
          segmented("mixer.in_proj.part" + "zxBCd".charAt(part), IN_PROJ)
              .of(LAYER + "mixer.in_proj.weight")
              .part(0, part, part + 1));
    }
    rows.add(convolution("mixer.filters").stored(new int[] {2}, new int[] {1}, new int[] {0}));
    rows.add(column(LAYER + "mixer.conv1d.bias").segments(CONVOLVED));
    rows.add(row(LAYER + "mixer.out_proj.weight").cutBetween("mixer_heads"));
    rows.add(segmented("attention.all.weight", GATED_QKV).of(LAYER + "attention.qkv.weight"));
    rows.add(
        replicated(LAYER + "attention.down.weight")
            .segments(DOWN)
            .stored(new int[] {1}, new int[] {0}));
    rows.add(
        segmented("shared.query.weight", SHARED).of(LAYER + "shared.qkv.weight").part(0, 0, 1));
    rows.add(
        segmented("shared.kv.weight", SHARED)
            .of(LAYER + "shared.qkv.weight")
            .uncut(1)
            .part(0, 1, 2));
    return new ParameterTable(rows);
  }

  private static HuggingFaceModel theirs() {
    String gated = LAYER + "attention.qkv.weight";
    String down = LAYER + "attention.down.weight";
    var rows =
        ParameterTable.of(
            column("h.*.in_proj.weight").of(LAYER + "mixer.in_proj.weight").segments(IN_PROJ),
            column("h.*.conv.weight").of(LAYER + "mixer.conv1d.weight").segments(CONVOLVED),
            column("h.*.conv.bias").of(LAYER + "mixer.conv1d.bias").segments(CONVOLVED),
            row("h.*.out_proj.weight")
                .of(LAYER + "mixer.out_proj.weight")
                .cutBetween("mixer_heads"),
            column("h.*.gated.q.weight")
                .of(gated)
                .segments(GATED_QKV)
                .alternating("num_attention_heads")
                .part(0, 0, 2),
            column("h.*.gated.kv.weight").of(gated).segments(GATED_QKV).part(0, 2, 0),
            replicated("h.*.q_a.weight").of(down).segments(DOWN).part(0, 0, 1),
            replicated("h.*.kv_a.weight").of(down).segments(DOWN).part(0, 1, 0),
            column("h.*.shared.weight").of(LAYER + "shared.qkv.weight").segments(SHARED).uncut(1));
    var tiny = new TinyAdapter().huggingFaceModels().get(0);
    return HuggingFaceModel.of("mixer", "MixerForCausalLM")
        .restores(tiny.restores())
        .namings(tiny.namings().get(0))
        .base(CONFIG)
        .dialect(tiny.dialect())
        .names(tiny.names().and(rows))
        .picks(List.of(new Condition("gated", List.of("false"), false)))
        .build();
  }

  private static final String CONFIG =
      TinyAdapter.CONFIG
          + """
          gated_groups: 2
          kv_channels: 3
          mixer_heads: 4
          mixer_head_dim: 3
          mixer_groups: 4
          mixer_states: 5
          kernel: 3
          q_lora_rank: 5
          kv_lora_rank: 3
          rope_dim: 2
          """;

  @Override
  protected ModelFamilyAdapter adapter() {
    return new TinyAdapter() {
      @Override
      protected ParameterTable mcore() {
        return super.mcore().and(packed());
      }

      @Override
      protected ParameterTable legacy() {
        return super.legacy().and(pieces());
      }

      @Override
      public List<HuggingFaceModel> huggingFaceModels() {
        return List.of(theirs());
      }
    };
  }

  @Override
  protected List<SampleModel> samples() {
    var legacy = SampleModel.of("mixer", CONFIG);
    return List.of(
        legacy,
        legacy.with("mcore_gpt", "true"),
        legacy.with("mcore_gpt", "true").with("gated", "true"),
        legacy.with("gated", "true"));
  }

  @Override
  protected boolean isDiscovered() {
    return false;
  }
}
