package io.shardwright.bench;

import static io.shardwright.bench.Timed.SOURCE;
import static io.shardwright.bench.Timed.TARGET;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** All cases, in the order in which they are measured. */
final class Cases {
  private static final OptionalDouble SECOND = OptionalDouble.of(1.0);
  private static final OptionalDouble NONE = OptionalDouble.empty();
  private static final OptionalDouble PLAIN = OptionalDouble.of(1.5);
  private static final OptionalDouble CUT = OptionalDouble.of(2.0);

  private Cases() {}

  static List<Case> all() {
    return List.of(
        new Timed(
            "boot",
            "start",
            Input.TP1,
            SECOND,
            List.of(List.of("--version"), List.of("adapters"), List.of("inspect", SOURCE))),
        new Timed(
            "start",
            "1,005 tensors",
            Input.THOUSAND,
            OptionalDouble.of(0.35),
            List.of(
                List.of("plan", SOURCE, "out.nemo", "--tp", "2"),
                List.of("reshard", SOURCE, TARGET, "--tp", "2", "--overwrite", "--no-sync"))),
        plan("plan-70b", "70B, 32 files", Input.SEVENTY_BILLION, SECOND, "8", "32000"),
        plan("plan-405b", "405B, 48 files", Input.FOUR_HUNDRED_BILLION, NONE, "9", "128256"),
        plan(
            "plan-405b-bridge",
            "405B, 4,608 files of torch_dist",
            Input.FOUR_HUNDRED_BILLION_BRIDGE,
            OptionalDouble.of(3.0),
            "9",
            "128256"),
        experts("plan-v3-hf-fp8", "DeepSeek V3, FP8", Input.V3_FP8, 4, "--dequantize"),
        experts("plan-v3-torch-dist", "DeepSeek V3, torch_dist at EP 8", Input.V3_DIST, 4),
        experts("plan-kimi-k2", "Kimi K2, FP8", Input.KIMI_K2, 6, "--dequantize"),
        new Moving(
            "v3-layer",
            "a layer of DeepSeek V3, EP 8 → 64",
            Input.V3_LAYER,
            "convert",
            List.of("--to", "bridge", "--ep", "64"),
            CUT),
        moving("tp1-2", "TP 1 → 2", Input.TP1, PLAIN, "--tp", "2"),
        moving("tp1-8", "TP 1 → 8", Input.TP1, CUT, "--tp", "8"),
        moving("tp8-1", "TP 8 → 1", Input.TP8, CUT, "--tp", "1", "--vocab-size", "32000"),
        moving("rows", "row cuts, TP 1 → 8", Input.ROWS, CUT, "--tp", "8"),
        moving("pp", "PP 1 → 4", Input.TP1, PLAIN, "--pp", "4"),
        new Moving(
            "hf",
            "Hugging Face → .nemo",
            Input.HUGGING_FACE,
            "convert",
            List.of("--tp", "2"),
            NONE),
        converting("dist", "Hugging Face → torch_dist", Input.HUGGING_FACE, CUT, "torch_dist"),
        converting("dist-hf", "torch_dist → Hugging Face", Input.BRIDGE, CUT, "huggingface"),
        converting("dist-dist", "torch_dist → torch_dist", Input.BRIDGE, PLAIN, "torch_dist"),
        new Moving("dist-nemo", "torch_dist → .nemo", Input.BRIDGE, "convert", List.of(), PLAIN),
        converting("nemo-dist", ".nemo → torch_dist", Input.TP1, PLAIN, "torch_dist"),
        converting(
            "ranks-hf", "Megatron-LM's ranks → Hugging Face", Input.RANKS, CUT, "huggingface"),
        new Moving(
            "ranks",
            "Megatron-LM's ranks, TP 2 → 1",
            Input.RANKS,
            "convert",
            List.of("--to", "megatron", "--layout", "ranks", "--tp", "1"),
            CUT),
        converting("dcp", "Hugging Face → DCP", Input.HUGGING_FACE, PLAIN, "dcp"),
        converting("dcp-hf", "DCP → Hugging Face", Input.DCP, PLAIN, "huggingface"),
        moving("cast", "bf16 → fp16", Input.TP1, NONE, "--dtype", "fp16", "--allow-lossy"),
        new Devices(),
        new Threads(),
        new Memory(),
        new Sparse(),
        new Loops());
  }

  private static Case moving(
      String id, String title, Input input, OptionalDouble limit, String... options) {
    return new Moving(id, title, input, "reshard", List.of(options), limit);
  }

  private static Case converting(
      String id, String title, Input input, OptionalDouble limit, String format) {
    return new Moving(id, title, input, "convert", List.of("--to", format), limit);
  }

  /** Experts cut as all else is, and each whole. */
  private static Case experts(
      String id, String title, Input input, double seconds, String... options) {
    var plan = new ArrayList<>(List.of("plan", SOURCE, "out", "--to", "torch_dist"));
    plan.addAll(List.of("--tp", "8", "--ep", "64", "--pp", "1"));
    plan.addAll(List.of(options));
    var whole = new ArrayList<>(plan);
    whole.addAll(List.of("--etp", "1"));
    return new Timed(
        id,
        title,
        input,
        OptionalDouble.of(seconds),
        List.of(List.of("inspect", SOURCE), plan, whole));
  }

  private static Case plan(
      String id, String title, Input input, OptionalDouble limit, String stages, String words) {
    var plan =
        List.of("plan", SOURCE, "out.nemo", "--tp", "4", "--pp", stages, "--vocab-size", words);
    return new Timed(id, title, input, limit, List.of(List.of("inspect", SOURCE), plan));
  }
}
