package io.shardwright.spi.error;

import java.util.Optional;

/**
 * What a caller can set, as messages name it. {@link #toString()} is the API's word: what a request
 * or its options call it.
 */
public enum Setting {
  /** Where adapters are looked for. */
  ADAPTER_PATH("adapterPath"),
  /** Whether rows that are guesses may be used. */
  ALLOW_GUESSES("allowGuesses"),
  /** Whether a cast may lose values. */
  ALLOW_LOSSY("allowLossy"),
  /** Every member of an archive, as parts to extract. */
  ALL_PARTS("Parts.ALL"),
  /** The class that a Hugging Face folder is written for. */
  ARCHITECTURE("architecture"),
  /** Whether quantized weights may become plain ones. */
  DEQUANTIZE("dequantize"),
  /** A document that says what the model is where its source has none. */
  CONFIG("config"),
  /** The Megatron-Core that has to read a target. */
  CORE_VERSION("gridOptions.core"),
  /** Ranks of data parallelism that flat buffers are for. */
  DATA_PARALLEL("gridOptions.dataParallel"),
  /** What computes. */
  DEVICE("device"),
  /** The type of floating-point parameters. */
  DTYPE("dtype"),
  /** The family to use. */
  FAMILY("family"),
  /** A file that declares a family. */
  FAMILY_FILE("familyFile"),
  /** Over how many files a distributed checkpoint is spread. */
  FILES("gridOptions.files"),
  /** The number of layers of the first pipeline stage. */
  FIRST_STAGE_LAYERS("pipelineSplit.first"),
  /** The format to write. */
  FORMAT("format"),
  /** A configuration in place of the one inside. */
  HPARAMS_FILE("hparamsFile"),
  /** The number of layers of the last pipeline stage. */
  LAST_STAGE_LAYERS("pipelineSplit.last"),
  /** The layout of the weights. */
  LAYOUT("layout"),
  /** A limit on what is read; its value is the limit's name. */
  LIMIT("limit"),
  /** An adapter to merge. */
  LORA("lora"),
  /** Bytes of tensors in one file of a Hugging Face folder. */
  MAX_SHARD_BYTES("maxShardBytes"),
  /** That folders on the way to the target are made. */
  MKDIRS("mkdirs"),
  /** The naming of the parameters. */
  NAMING("naming"),
  /** That files which are links are refused. */
  NO_LINKS("followLinks(false)"),
  /** That the optimizer's state is left out. */
  NO_OPTIMIZER("optimizer(false)"),
  /** The form in which an optimizer's state is stored. */
  OPTIMIZER_KIND("gridOptions.optimizerKind"),
  /** That an existing target may be replaced. */
  OVERWRITE("overwrite"),
  /** What a checkpoint's pickles import and call. */
  PICKLE_IMPORTS("pickleImports"),
  /** Which layers each part of a pipeline holds. */
  PIPELINE_LAYOUT("pipelineSplit.layout"),
  /** That a tensor which no rule matches is copied to every rank. */
  REPLICATE_UNMATCHED("replicateUnmatched"),
  /** That a killed run's work is used. */
  RESUME("resume"),
  /** That tensors of kinds that are not read are left out. */
  SKIP_UNREADABLE("skipUnreadable"),
  /** The stage where a second stack of layers begins. */
  SPLIT_RANK("pipelineSplitRank"),
  /** The step of a training to read. */
  STEP("step"),
  /** How many threads work. */
  THREADS("threads"),
  /** The file for the configuration's {@code tokenizer.merge_file}. */
  TOKENIZER_MERGES_FILE("tokenizerMergesFile"),
  /** The file for the configuration's {@code tokenizer.model}. */
  TOKENIZER_MODEL("tokenizerModel"),
  /** The file for the configuration's {@code tokenizer.vocab_file}. */
  TOKENIZER_VOCAB_FILE("tokenizerVocabFile"),
  /** The treatment of Python names without a known meaning. */
  UNKNOWN_GLOBALS("unknownGlobals"),
  /** That both tensors of a tied pair are written. */
  UNTIE("untie"),
  /** To a multiple of what vocabulary rows are padded for each rank. */
  VOCAB_DIVISOR("gridOptions.vocabDivisor"),
  /** The true vocabulary size. */
  VOCAB_SIZE("vocabSize");

  private final String word;

  Setting(String word) {
    this.word = word;
  }

  /**
   * The setting's place in a message, whatever its value.
   *
   * @return text to stand in a message; {@link Remedy#say} makes words of it
   */
  public String inText() {
    return new Remedy(this, Optional.empty()).inText();
  }

  /**
   * The setting's place in a message, with a value.
   *
   * @param value such as {@code distributed}
   * @return text to stand in a message; {@link Remedy#say} makes words of it
   */
  public String inText(String value) {
    return new Remedy(this, Optional.of(value)).inText();
  }

  @Override
  public String toString() {
    return word;
  }
}
