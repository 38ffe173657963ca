package io.shardwright.testkit;

import io.shardwright.spi.ModelFamilyAdapter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

/** The conformance tests of an adapter, run as JUnit would, and what they say. */
final class Tried extends AdapterConformance {
  private final Supplier<ModelFamilyAdapter> adapter;
  private final List<SampleModel> samples;
  private final List<String> failures = new ArrayList<>();

  private Tried(Supplier<ModelFamilyAdapter> adapter, List<SampleModel> samples, Path folder) {
    this.adapter = adapter;
    this.samples = samples;
    this.folder = folder;
  }

  /** What one of the tests says. */
  static List<String> failures(
      String check, Supplier<ModelFamilyAdapter> adapter, List<SampleModel> samples, Path folder) {
    var tried = new Tried(adapter, samples, folder);
    Object tests = tried.checks().get(check).get();
    if (tests instanceof Stream<?> each) {
      each.forEach(test -> tried.run(((DynamicTest) test).getExecutable()));
    }
    return tried.failures;
  }

  /** The names of all tests. */
  static List<String> names() {
    return List.copyOf(new Tried(() -> null, List.of(), Path.of("")).checks().keySet());
  }

  @Override
  protected ModelFamilyAdapter adapter() {
    return adapter.get();
  }

  @Override
  protected List<SampleModel> samples() {
    return samples;
  }

  @Override
  protected boolean isDiscovered() {
    return false;
  }

  private Map<String, Supplier<Object>> checks() {
    Map<String, Supplier<Object>> checks = new LinkedHashMap<>();
    checks.put("namesAreWellFormed", () -> one(this::namesAreWellFormed));
    checks.put("isFound", () -> one(this::isFound));
    checks.put("answersAreAlwaysTheSame", () -> one(this::answersAreAlwaysTheSame));
    checks.put("oddConfigurationsAreAnswered", () -> one(this::oddConfigurationsAreAnswered));
    checks.put("everyRowBites", () -> one(this::everyRowBites));
    checks.put("everyParallelDimensionIsUsed", () -> one(this::everyParallelDimensionIsUsed));
    checks.put("everyParameterMatchesOneRow", this::everyParameterMatchesOneRow);
    checks.put("allNamingsHaveTheSameParameters", this::allNamingsHaveTheSameParameters);
    checks.put("noRowCanBeLeftOut", this::noRowCanBeLeftOut);
    checks.put("cuttingAndMergingGivesEveryBitBack", this::cuttingAndMergingGivesEveryBitBack);
    checks.put("cutsAsRealCheckpointsAre", this::cutsAsRealCheckpointsAre);
    checks.put("limitsAreKept", this::limitsAreKept);
    checks.put("classesNameTheSameTensors", this::classesNameTheSameTensors);
    checks.put("theWayToHuggingFaceGivesEveryBitBack", this::theWayToHuggingFaceGivesEveryBitBack);
    return checks;
  }

  private Object one(Executable test) {
    run(test);
    return "";
  }

  private void run(Executable test) {
    try {
      test.execute();
    } catch (Throwable failure) {
      failures.add("" + failure.getMessage());
    }
  }
}
