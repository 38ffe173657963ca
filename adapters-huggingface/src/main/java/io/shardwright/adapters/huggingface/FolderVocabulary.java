package io.shardwright.adapters.huggingface;

import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.format.ContainedTensor;
import java.util.ArrayList;
import java.util.Map;
import java.util.OptionalLong;

/** The vocabulary of a folder's model, whose rows are not padded. */
record FolderVocabulary(DialectDocument huggingFace) {
  private static final String SIZE = "vocab_size";
  private static final long DIVISIBLE_BY = 128;

  /** The size that the configuration states. */
  OptionalLong size() {
    OptionalLong own = huggingFace.count(SIZE, 1);
    return own.isPresent() ? own : huggingFace.count("text_config." + SIZE, 1);
  }

  /**
   * NeMo's configuration of as many rows: a multiple of the largest power of two up to 128 that
   * divides them.
   *
   * @param tokenizer its pieces; where NeMo would pad them to others, the rows are stated
   */
  Configuration rows(Configuration document, OptionalLong tokenizer) {
    OptionalLong size = size();
    if (size.isEmpty() || !document.has("make_vocab_size_divisible_by")) {
      return document;
    }
    long rows = size.getAsLong();
    long block = Math.min(DIVISIBLE_BY, Long.lowestOneBit(rows));
    Configuration changed = document.with("make_vocab_size_divisible_by", Long.toString(block));
    boolean same =
        tokenizer.isEmpty() || (tokenizer.getAsLong() + block - 1) / block * block == rows;
    return same ? changed : changed.with("override_vocab_size", Long.toString(rows));
  }

  /**
   * Refuses other rows than the configuration states: a loader makes as many.
   *
   * @throws MalformedCheckpointException naming the tensor
   */
  void require(ParameterTable table, Map<String, ? extends ContainedTensor> tensors, String where) {
    OptionalLong size = size();
    table.rules().stream()
        .filter(rule -> rule.traits().vocabPadded() && size.isPresent())
        .map(rule -> tensors.get(rule.pattern()))
        .filter(tensor -> tensor != null && tensor.spec().shape().rank() > 0)
        .filter(tensor -> tensor.spec().shape().dim(0) != size.getAsLong())
        .findFirst()
        .ifPresent(
            tensor -> {
              throw misfit(tensor, size.getAsLong(), where);
            });
  }

  private MalformedCheckpointException misfit(ContainedTensor tensor, long size, String where) {
    var shape = tensor.spec().shape();
    var expected = new ArrayList<>(shape.dims());
    expected.set(0, size);
    return new MalformedCheckpointException(
        ErrorCode.CONFIG_CONTRADICTED,
        where,
        "'"
            + tensor.spec().name()
            + "' has shape "
            + shape
            + ", expected "
            + expected
            + ": "
            + huggingFace.says(SIZE)
            + "; if the tensors are right, correct the configuration");
  }
}
