package io.shardwright.testkit;

import io.shardwright.SmallCheckpoint;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Checks that an adapter's methods are pure: the same arguments give the same answer, whatever the
 * instance, order, thread and number of calls.
 */
final class PurityCheck {
  private static final int CALLS = 200;

  private final Supplier<ModelFamilyAdapter> adapter;
  private final List<SampleModel> samples;

  PurityCheck(Supplier<ModelFamilyAdapter> adapter, List<SampleModel> samples) {
    this.adapter = adapter;
    this.samples = samples;
  }

  void sameAnswers() {
    var configs = samples.stream().map(SampleModel::config).toList();
    var expected = configs.stream().map(config -> Answers.of(adapter.get(), config)).toList();
    var used = adapter.get();
    IntPredicate same = at -> Answers.of(used, configs.get(at)).equals(expected.get(at));
    var findings = new Findings();
    for (int i = 0; i < 2 * configs.size(); i++) {
      int at = i % configs.size();
      findings.require(
          same.test(at),
          "asked of '"
              + samples.get(at)
              + "' again, or after another configuration, the adapter answers differently: keep no"
              + " state in fields");
    }
    findings.requireNone();
    findings.require(
        IntStream.range(0, CALLS).parallel().map(call -> call % configs.size()).allMatch(same),
        "asked by several threads at once the adapter answers differently: keep no state in"
            + " fields");
    findings.requireNone();
  }

  void oddConfigurations() {
    var used = adapter.get();
    var findings = new Findings();
    for (SampleModel sample : samples) {
      for (OddConfig odd : OddConfig.of(SmallCheckpoint.of(sample.yaml()).configValues())) {
        answered(used, odd, sample, findings);
      }
    }
    findings.require(
        !used.describes(OddConfig.empty()),
        "describes() is true for an empty configuration: name keys that this family alone has");
    findings.requireNone();
  }

  private static void answered(
      ModelFamilyAdapter used, ModelConfig odd, SampleModel sample, Findings findings) {
    try {
      Answers.of(used, odd);
    } catch (MalformedCheckpointException refused) {
      findings.require(refused.code() == ErrorCode.CONFIG_VALUE, refused.getMessage());
    } catch (RuntimeException thrown) {
      findings.add(
          "given '"
              + sample
              + "' with "
              + ((OddConfig) odd).what()
              + " the adapter throws "
              + thrown
              + ": expect any text, or none, under any key");
    }
  }
}
