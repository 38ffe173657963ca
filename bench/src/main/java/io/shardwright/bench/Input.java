package io.shardwright.bench;

import io.shardwright.Shardwright;
import io.shardwright.bench.input.Decoder;
import io.shardwright.bench.input.DistInput;
import io.shardwright.bench.input.Filling;
import io.shardwright.bench.input.HuggingFaceInput;
import io.shardwright.bench.input.Marks;
import io.shardwright.bench.input.Mixture;
import io.shardwright.bench.input.MixtureDist;
import io.shardwright.bench.input.MixtureFolder;
import io.shardwright.bench.input.NemoInput;
import io.shardwright.bench.input.RankParts;
import io.shardwright.bench.input.Values;
import io.shardwright.bench.measure.Workplace;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.TargetFormat;
import io.shardwright.spi.WeightLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** The checkpoints that are measured on. */
enum Input {
  /** A LLaMA at TP 1. */
  TP1("tp1.nemo") {
    @Override
    void write(Path target, long size) throws IOException {
      new NemoInput(new RankParts(llama(size), 1, 1), new Values()).archive(target);
    }
  },
  /** The same at TP 8. */
  TP8("tp8.nemo") {
    @Override
    void write(Path target, long size) throws IOException {
      new NemoInput(new RankParts(llama(size), 8, 1), new Values()).archive(target);
    }
  },
  /** The same as a Hugging Face folder. */
  HUGGING_FACE("huggingface") {
    @Override
    void write(Path target, long size) throws IOException {
      HuggingFaceInput.folder(target, llama(size), new Values());
    }
  },
  /** The same as a root of Megatron-Bridge, which the program makes. */
  BRIDGE("bridge") {
    @Override
    void write(Path target, long size) throws IOException {
      made(target, size, "bridge", request -> request.tensorModelParallelSize(1));
    }
  },
  /**
   * The same as a root of Megatron-LM with a file for each of two ranks, which the program makes.
   */
  RANKS("megatron-ranks") {
    @Override
    void write(Path target, long size) throws IOException {
      made(
          target,
          size,
          "megatron",
          request -> request.layout(WeightLayout.RANKS).tensorModelParallelSize(2));
    }
  },
  /** The same for torch.distributed.checkpoint, which the program makes. */
  DCP("dcp") {
    @Override
    void write(Path target, long size) throws IOException {
      made(target, size, "dcp", request -> request);
    }
  },
  /** A LoRA of it, of PEFT's. */
  LORA("lora") {
    @Override
    void write(Path target, long size) throws IOException {
      HuggingFaceInput.lora(target, llama(size), new Values());
    }
  },
  /** A GPT without gates at TP 1: nearly half of its bytes are in matrices whose rows are cut. */
  ROWS("rows.nemo") {
    @Override
    void write(Path target, long size) throws IOException {
      var model = Decoder.ofSize(size, false);
      new NemoInput(new RankParts(model, 1, 1), new Values()).archive(target);
    }
  },
  /** A LLaMA at TP 1 that has 1,005 tensors and few bytes. */
  THOUSAND("thousand.nemo") {
    @Override
    void write(Path target, long size) throws IOException {
      new NemoInput(new RankParts(Decoder.THOUSAND, 1, 1), new Values()).archive(target);
    }
  },
  /** LLaMA 2 70B at TP 8, PP 4: 32 sparse files. */
  SEVENTY_BILLION("70b") {
    @Override
    void write(Path target, long size) throws IOException {
      eightRanks(Decoder.SEVENTY_BILLION, 4, new Marks(), target);
    }
  },
  /** The same as a root of Megatron-Bridge at TP 16, in 4,608 sparse files. */
  FOUR_HUNDRED_BILLION_BRIDGE("405b-bridge") {
    @Override
    void write(Path target, long size) throws IOException {
      new DistInput(Decoder.FOUR_HUNDRED_BILLION, 16, 4_608).write(target);
    }
  },
  /** DeepSeek V3 as its makers publish it, FP8 in 163 sparse shards. */
  V3_FP8("v3-fp8") {
    @Override
    void write(Path target, long size) throws IOException {
      new MixtureFolder(Mixture.DEEPSEEK_V3, 163, Filling.HOLES).write(target);
    }
  },
  /** The same as a root of Megatron-Bridge at EP 8, in bf16: eight sparse files. */
  V3_DIST("v3-dist") {
    @Override
    void write(Path target, long size) throws IOException {
      new MixtureDist(Mixture.DEEPSEEK_V3, 8).write(target);
    }
  },
  /** Kimi K2, FP8 in 61 sparse shards. */
  KIMI_K2("kimi-k2") {
    @Override
    void write(Path target, long size) throws IOException {
      new MixtureFolder(Mixture.KIMI_K2, 61, Filling.HOLES).write(target);
    }
  },
  /**
   * A layer of DeepSeek V3, its experts a quarter as wide, as a root of Megatron-Bridge at EP 8.
   */
  V3_LAYER("v3-layer") {
    @Override
    void write(Path target, long size) throws IOException {
      Path folder = target.resolveSibling("huggingface-of-a-layer");
      new MixtureFolder(Mixture.LAYER, 4, new Values()).write(folder);
      var request =
          ReshardRequest.builder(folder, target)
              .format(new TargetFormat("bridge"))
              .tensorModelParallelSize(1)
              .expertModelParallelSize(8)
              .build();
      Shardwright.create().run(request, ProgressListener.SILENT);
      Workplace.delete(folder);
    }
  },
  /** Llama 3.1 405B at TP 8, PP 6, since its 126 layers don't divide by 4: 48 sparse files. */
  FOUR_HUNDRED_BILLION("405b") {
    @Override
    void write(Path target, long size) throws IOException {
      eightRanks(Decoder.FOUR_HUNDRED_BILLION, 6, Filling.HOLES, target);
    }
  };

  private static final long LAYER_BYTES = 5_900_000_000L;

  private final String name;

  Input(String name) {
    this.name = name;
  }

  /** Makes it; the sparse ones have one size. */
  abstract void write(Path target, long size) throws IOException;

  boolean sparse() {
    return this == SEVENTY_BILLION
        || this == FOUR_HUNDRED_BILLION
        || this == FOUR_HUNDRED_BILLION_BRIDGE
        || ofManyExperts();
  }

  /** Whether it has tens of thousands of tensors. */
  boolean ofManyExperts() {
    return this == V3_FP8 || this == V3_DIST || this == KIMI_K2;
  }

  /**
   * What it takes of a disk, about, where large inputs have a size; with an output if it is larger.
   */
  long bytes(long size) {
    return this == V3_LAYER ? 2 * LAYER_BYTES : large() ? size : 0;
  }

  /** Whether it takes about the size that is asked for. */
  boolean large() {
    return !sparse() && this != LORA && this != THOUSAND && this != V3_LAYER;
  }

  /** Its name among those of every size. */
  String fileName(long size) {
    return sparse() || this == V3_LAYER ? name : size + "-" + name;
  }

  private static void made(
      Path target, long size, String format, UnaryOperator<ReshardRequestBuilder> options)
      throws IOException {
    Path folder = target.resolveSibling("huggingface-of-" + size);
    HuggingFaceInput.folder(folder, llama(size), new Values());
    var request = ReshardRequest.builder(folder, target).format(new TargetFormat(format));
    Shardwright.create().run(options.apply(request).build(), ProgressListener.SILENT);
    Workplace.delete(folder);
  }

  static Decoder llama(long size) {
    return Decoder.ofSize(size, true);
  }

  static void eightRanks(Decoder model, int stages, Filling filling, Path target)
      throws IOException {
    new NemoInput(new RankParts(model, 8, stages), filling).folder(target);
  }
}
