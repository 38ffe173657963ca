package io.shardwright.adapters.megatron;

import io.shardwright.adapters.huggingface.HuggingFaceFormat;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.format.StoredModel.Origin;
import io.shardwright.spi.format.TrainingState;
import io.shardwright.spi.format.WantedGrid;
import io.shardwright.spi.format.WantedModel;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What travels of a folder of Megatron's with a model, for the way back: its documents as they
 * were, and what they say of the training.
 *
 * @param said by key
 */
record Kept(Obj said) {
  /** The whole {@code run_config.yaml}. */
  static final String RUN_CONFIG = "run_config";

  /** The Namespace of Megatron-LM. */
  static final String ARGS = "args";

  /** What Megatron-Bridge counts while it trains. */
  static final String TRAIN_STATE = "train_state";

  /** The samples that a training has seen. */
  static final String SAMPLES = "consumed_train_samples";

  private static final String ITERATION = "iteration";

  /** What a model was read with; nothing where it is from elsewhere. */
  static Kept of(WantedModel model) {
    return new Kept(model.origin().map(Origin::config).orElseGet(Obj::empty));
  }

  /** The same; how far a training is whose optimizer goes along is said by that. */
  static Kept of(WantedGrid model) {
    Obj said = of((WantedModel) model).said().copy();
    model.training().ifPresent(training -> progress(said, training));
    return new Kept(said);
  }

  private static void progress(Obj said, TrainingState training) {
    iteration(said, training.iteration());
    Obj counts =
        said.get(TRAIN_STATE).orElse(null) instanceof Obj stored ? stored.copy() : Obj.empty();
    training.iteration().ifPresent(done -> counts.put(TrainState.STEP, Num.of(done)));
    training.consumedSamples().ifPresent(done -> counts.put(SAMPLES, Num.of(done)));
    said.put(TRAIN_STATE, counts);
  }

  /** Keeps the number in an iteration's name. */
  static void iteration(Obj said, OptionalLong number) {
    number.ifPresent(iteration -> said.put(ITERATION, Num.of(iteration)));
  }

  /** The training's step, 0 where there was none. */
  long iteration() {
    return said.get(ITERATION).map(JsonValue::asLong).orElse(OptionalLong.empty()).orElse(0);
  }

  /** The {@code config.json} that the model came with, without what is kept beside it. */
  Optional<Obj> huggingFace() {
    return HuggingFaceFormat.document(said);
  }

  /** The same in one of Megatron's documents. */
  Optional<Obj> huggingFaceBeside() {
    return Stream.of(ARGS, RUN_CONFIG)
        .flatMap(key -> get(key).stream())
        .flatMap(document -> new Kept(document).get(HuggingFaceFormat.ORIGIN).stream())
        .findFirst();
  }

  /** A document or a part of one. */
  Optional<Obj> get(String key) {
    return said.get(key).filter(Obj.class::isInstance).map(Obj.class::cast);
  }

  /**
   * The document as it was, with what is new in it.
   *
   * @param key of the document
   * @param fresh all that has to be said
   * @param model what a reader takes from a whole document
   * @return the fresh one alone where the old says more that a reader would take otherwise
   */
  Obj renewed(String key, Obj fresh, Facts facts, Function<Obj, Optional<ModelDocument>> model) {
    return get(key)
        .map(old -> over(old, fresh))
        .filter(renewed -> model.apply(renewed).filter(found -> says(found, facts)).isPresent())
        .orElse(fresh);
  }

  private static boolean says(ModelDocument document, Facts facts) {
    try {
      Configuration config = facts.config();
      return document.read(facts.dialects(), config, facts.source()).isSaidBy(config);
    } catch (CheckpointException refused) {
      return false;
    }
  }

  private static Obj over(Obj old, Obj fresh) {
    Obj renewed = old.copy();
    fresh
        .fields()
        .forEach(
            (key, value) -> {
              JsonValue before = old.get(key).orElse(null);
              if (value instanceof Obj inner && before instanceof Obj outer) {
                renewed.put(key, over(outer, inner));
              } else if (!old.fields().containsKey(key) || !isAlike(before, value)) {
                renewed.put(key, value);
              }
            });
    return renewed;
  }

  /** Numbers are spelt in several ways. */
  private static boolean isAlike(JsonValue one, JsonValue other) {
    return one instanceof Num number && other instanceof Num second
        ? finite(number).flatMap(a -> finite(second).map(b -> a.compareTo(b) == 0)).orElse(false)
        : other.equals(one);
  }

  private static Optional<BigDecimal> finite(Num number) {
    return number.text().matches("[-+.0-9eE]{1,40}")
            && DialectDocument.spelt(number.text()) instanceof Num
        ? Optional.of(new BigDecimal(number.text()))
        : Optional.empty();
  }
}
