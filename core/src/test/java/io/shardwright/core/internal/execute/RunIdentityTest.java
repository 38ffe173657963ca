package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.describe.LowRankProduct;
import io.shardwright.core.internal.describe.LowRankProduct.Factor;
import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.Fill;
import io.shardwright.core.internal.plan.PlanStep.LowRankMerge;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever a step does otherwise, its run is another one. */
class RunIdentityTest {
  private static final TensorSpec SPEC = new TensorSpec("t", DType.FLOAT32, Shape.of(2, 3));
  private static final ByteSource BYTES = new MemorySource(new byte[40], "file");
  private static final View VIEW = new View(Region.whole(SPEC.shape()), 1, List.of(3L, 1L));

  private static final SourcePart PART =
      new SourcePart(
          "member",
          new SourceTensor(
              SPEC, BYTES.slice(4, 32, "t"), 1, List.of(3L, 1L), false, OptionalLong.of(7)),
          VIEW);

  private static final Copy COPY =
      new Copy(
          SPEC,
          List.of(PART),
          List.of(new Replica(PART, Replica.Kind.RANK)),
          List.of(VIEW.logical()),
          List.of(PART),
          0.5,
          List.of(new To(new TargetTensor("target", SPEC), VIEW)));

  private static final Factor FACTOR = new Factor(SPEC, List.of(PART));

  private static final List<PlanStep> STEPS =
      List.of(
          COPY,
          new Fill(SPEC, new byte[] {1, 2}, COPY.to()),
          new LowRankMerge(
              COPY, List.of(new LowRankProduct("w", VIEW.logical(), FACTOR, FACTOR, 2))));

  @Test
  void everyComponentOfAStepCounts() {
    var seen = new HashSet<String>();
    for (PlanStep step : STEPS) {
      assertTrue(seen.add(of(step)), step.toString());
      assertEquals(of(step), of(step));
      for (Object changed : changes(step)) {
        assertTrue(seen.add(of((PlanStep) changed)), changed.toString());
      }
    }
    assertTrue(seen.size() > 90, "changes: " + seen.size());
  }

  @Test
  void theNumberOfAllThingsCounts() {
    assertNotEquals(of(COPY), RunIdentity.of(List.of(COPY, COPY), new Layout(0), "jvm"));
    var more = List.of(PART, PART);
    assertNotEquals(
        of(new Copy(SPEC, more, List.of(), List.of(), List.of(PART), 0, COPY.to())),
        of(new Copy(SPEC, List.of(PART), List.of(), List.of(), more, 0, COPY.to())));
  }

  @Test
  void placesCountAndTheDeviceOnlyWhereItShows() {
    for (PlanStep step : STEPS) {
      assertNotEquals(of(step), RunIdentity.of(List.of(step), new Layout(1), "jvm"));
      assertEquals(
          !(step instanceof LowRankMerge),
          of(step).equals(RunIdentity.of(List.of(step), new Layout(0), "cpu")));
    }
  }

  private static String of(PlanStep step) {
    return RunIdentity.of(List.of(step), new Layout(0), "jvm");
  }

  /** All values that differ from a value in one thing. */
  private static List<Object> changes(Object value) {
    if (value instanceof Record) {
      return recordChanges((Record) value);
    } else if (value instanceof List<?> list) {
      return listChanges(list);
    } else if (value instanceof Enum<?> one) {
      Object[] all = one.getDeclaringClass().getEnumConstants();
      return List.of(all[(one.ordinal() + 1) % all.length]);
    }
    return List.of(leaf(value));
  }

  private static Object leaf(Object value) {
    if (value instanceof Long number) {
      return number + 1;
    } else if (value instanceof Double number) {
      return -number;
    } else if (value instanceof Float number) {
      return -number;
    } else if (value instanceof Boolean flag) {
      return !flag;
    } else if (value instanceof OptionalLong number) {
      return OptionalLong.of(number.getAsLong() + 1);
    } else if (value instanceof byte[] bytes) {
      return new byte[bytes.length];
    }
    return value + "'";
  }

  private static List<Object> listChanges(List<?> list) {
    var all = new ArrayList<Object>();
    for (int at = 0; at < list.size(); at++) {
      for (Object changed : changes(list.get(at))) {
        var copy = new ArrayList<Object>(list);
        copy.set(at, changed);
        all.add(copy);
      }
    }
    return all;
  }

  private static List<Object> recordChanges(Record value) {
    if (value instanceof ByteSource) {
      var others = new MemorySource(new byte[41], "file");
      return List.of(BYTES.slice(5, 32, "t"), BYTES.slice(4, 33, "t"), others.slice(4, 32, "t"));
    }
    try {
      RecordComponent[] components = value.getClass().getRecordComponents();
      Class<?>[] types = Stream.of(components).map(RecordComponent::getType).toArray(Class[]::new);
      var all = new ArrayList<Object>();
      // The first of a part is the name of its file, for messages.
      for (int at = value instanceof SourcePart ? 1 : 0; at < components.length; at++) {
        for (Object changed : changes(components[at].getAccessor().invoke(value))) {
          var arguments = new Object[components.length];
          for (int other = 0; other < arguments.length; other++) {
            arguments[other] = components[other].getAccessor().invoke(value);
          }
          arguments[at] = changed;
          all.add(value.getClass().getDeclaredConstructor(types).newInstance(arguments));
        }
      }
      return all;
    } catch (ReflectiveOperationException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** All tensors in one place. */
  private record Layout(long offset) implements TargetLayout {
    @Override
    public List<OutputFile> files() {
      return List.of(new OutputFile("", 100));
    }

    @Override
    public Place place(TargetTensor tensor) {
      return new Place(0, offset);
    }
  }
}
