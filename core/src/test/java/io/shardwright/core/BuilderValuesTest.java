package io.shardwright.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.policy.Limits;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.tensor.DType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** What can't be meant is refused where it is said, not later where it is used. */
class BuilderValuesTest {
  private static final Path SOME = Path.of("some");

  private static ReshardRequestBuilder request() {
    return ReshardRequest.builder(SOME, SOME);
  }

  private static DynamicTest refused(String part, Executable setting) {
    return DynamicTest.dynamicTest(
        part,
        () -> {
          var refusal = assertThrows(IllegalArgumentException.class, setting);
          assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
          assertTrue(refusal.getMessage().contains("expected"), refusal.getMessage());
        });
  }

  @TestFactory
  Stream<DynamicTest> refusesNumbersThatNothingCanBe() {
    return Stream.of(
        refused("tensorModelParallelSize is 0", () -> request().tensorModelParallelSize(0)),
        refused("tensorModelParallelSize is -1", () -> request().tensorModelParallelSize(-1)),
        refused(
            "tensorModelParallelSize is 100000, expected 1 to 99999",
            () -> request().tensorModelParallelSize(100_000)),
        refused("pipelineModelParallelSize is 0", () -> request().pipelineModelParallelSize(0)),
        refused(
            "virtualPipelineModelParallelSize is -2",
            () -> request().virtualPipelineModelParallelSize(-2)),
        refused("claimed tensor size is 0", () -> request().claimedSizes(0, -1)),
        refused("claimed pipeline size is 0", () -> request().claimedSizes(-1, 0)),
        refused("vocabSize is 0", () -> request().vocabSize(0)),
        refused("dtype is int32", () -> request().dtype(DType.INT32)),
        refused("dtype is float8_e4m3fn", () -> request().dtype(DType.FLOAT8_E4M3FN)),
        refused("threads is 0", () -> RunOptions.DEFAULT.withThreads(0)),
        refused("threads is -3", () -> RunOptions.DEFAULT.withThreads(-3)),
        refused("maxShardBytes is 0", () -> new HuggingFaceOptions(0, Optional.empty())),
        refused("step is -1", () -> step(-1)));
  }

  private static TrainingOptions step(long number) {
    Optional<Path> none = Optional.empty();
    var step = OptionalLong.of(number);
    return new TrainingOptions(
        Optional.empty(), step, none, none, none, none, none, Optional.empty(), true);
  }

  /** By reflection, so that a setter to come is tried too. */
  @TestFactory
  Stream<DynamicTest> refusesNullWhereverOneCanBeGiven() {
    var tests = new ArrayList<DynamicTest>();
    for (Object built :
        List.of(
            request(),
            Shardwright.builder(),
            RunOptions.DEFAULT,
            RestoreOptions.NONE,
            ReadPolicy.STANDARD,
            Limits.STANDARD,
            HuggingFaceOptions.DEFAULT,
            TrainingOptions.NEWEST)) {
      for (Method method : built.getClass().getMethods()) {
        if (Modifier.isStatic(method.getModifiers())
            || method.getReturnType() != built.getClass()) {
          continue;
        }
        for (int i = 0; i < method.getParameterCount(); i++) {
          if (!method.getParameterTypes()[i].isPrimitive()) {
            tests.add(refusesNull(built, method, i));
          }
        }
      }
    }
    assertTrue(tests.size() > 20, tests.size() + " setters");
    return tests.stream();
  }

  private static DynamicTest refusesNull(Object built, Method setter, int parameter) {
    return DynamicTest.dynamicTest(
        built.getClass().getSimpleName() + "." + setter.getName() + " " + parameter,
        () -> {
          Object[] given =
              Arrays.stream(setter.getParameterTypes()).map(BuilderValuesTest::some).toArray();
          given[parameter] = null;
          var thrown =
              assertThrows(InvocationTargetException.class, () -> setter.invoke(built, given));
          assertEquals(NullPointerException.class, thrown.getCause().getClass());
        });
  }

  private static Object some(Class<?> type) {
    if (type == boolean.class) {
      return true;
    }
    return type == int.class ? (Object) 1 : type == long.class ? (Object) 1L : "x";
  }

  @Test
  void refusesAMissingSourceOrTarget() {
    assertThrows(NullPointerException.class, () -> ReshardRequest.builder(SOME, null));
    assertThrows(NullPointerException.class, () -> ReshardRequest.builder(null, SOME));
  }

  @Test
  void takesWhatCanBeMeant() {
    var largest = ReshardRequest.LARGEST_SIZE;
    var built =
        request()
            .tensorModelParallelSize(1)
            .pipelineModelParallelSize(largest)
            .claimedSizes(-1, 2)
            .vocabSize(1)
            .training(step(0))
            .build();
    assertEquals(largest, built.size(ParallelDimension.PIPELINE).orElseThrow());
    assertTrue(built.claimedTensorSize().isEmpty());
    assertEquals(2, built.claimedPipelineSize().orElseThrow());
  }
}
