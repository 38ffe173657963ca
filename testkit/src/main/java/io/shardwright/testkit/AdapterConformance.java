package io.shardwright.testkit;

import io.shardwright.spi.ModelFamilyAdapter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The JUnit 5 tests that every adapter must pass. The author of an adapter extends this class and
 * supplies the adapter and sample models. Each sample is written as a checkpoint, with a distinct
 * value for every element, and goes through the real engine.
 *
 * <pre>{@code
 * class BertConformanceTest extends AdapterConformance {
 *   @Override
 *   protected ModelFamilyAdapter adapter() {
 *     return new BertAdapter();
 *   }
 *
 *   @Override
 *   protected List<SampleModel> samples() {
 *     return List.of(SampleModel.of("tiny", CONFIG));
 *   }
 * }
 * }</pre>
 */
public abstract class AdapterConformance {
  /** The folder for checkpoints that the tests write. */
  @TempDir(factory = MemoryFolders.class)
  Path folder;

  /** Makes an instance; JUnit calls it. */
  protected AdapterConformance() {}

  /**
   * Returns the adapter to test.
   *
   * @return a new instance for each call
   */
  protected abstract ModelFamilyAdapter adapter();

  /**
   * Returns sample models of the family.
   *
   * @return models that together have a parameter for every row of the adapter
   */
  protected abstract List<SampleModel> samples();

  /**
   * Tells whether {@link java.util.ServiceLoader} must find the adapter.
   *
   * @return true by default; to be overridden for a family that a YAML file declares
   */
  protected boolean isDiscovered() {
    return true;
  }

  /**
   * Returns the Hugging Face classes that can be read but not written, because a NeMo configuration
   * can't express all that theirs does.
   *
   * @return names of classes; none by default
   */
  protected Set<String> readOnlyClasses() {
    return Set.of();
  }

  private ModelFamilyAdapter whole() {
    return Neighbours.whole(adapter());
  }

  private Stream<DynamicTest> each(Consumer<SampleModel> check) {
    return samples().stream()
        .map(sample -> DynamicTest.dynamicTest(sample.toString(), () -> check.accept(sample)));
  }

  /** Runs a check for each sample, with an empty folder for each. */
  private Stream<DynamicTest> each(BiConsumer<SampleModel, Path> check) {
    var samples = samples();
    return IntStream.range(0, samples.size())
        .mapToObj(
            i ->
                DynamicTest.dynamicTest(
                    samples.get(i).toString(),
                    () -> check.accept(samples.get(i), folder.resolve("sample" + i))));
  }

  /** Checks that the id and the class names are well-formed. */
  @Test
  public final void namesAreWellFormed() {
    FormCheck.names(whole());
  }

  /** Checks that the adapter's jar registers it as a service. */
  @Test
  public final void isFound() {
    if (isDiscovered()) {
      FormCheck.discovered(adapter());
    }
  }

  /** Checks that repeated calls, other threads and other instances give the same answers. */
  @Test
  public final void answersAreAlwaysTheSame() {
    new PurityCheck(this::whole, samples()).sameAnswers();
  }

  /**
   * Checks that no method throws for absent, null or unusual values, except that it may refuse a
   * value with SW-124.
   */
  @Test
  public final void oddConfigurationsAreAnswered() {
    new PurityCheck(this::whole, samples()).oddConfigurations();
  }

  /**
   * Checks that every parameter matches exactly one row, and that real checkpoints have the
   * parameters that the rows demand.
   *
   * @return a test for each sample
   */
  @TestFactory
  public final Stream<DynamicTest> everyParameterMatchesOneRow() {
    return each(new RowCheck(whole())::oneRowEach);
  }

  /**
   * Checks that all namings of a configuration have the same parameters.
   *
   * @return a test for each sample
   */
  @TestFactory
  public final Stream<DynamicTest> allNamingsHaveTheSameParameters() {
    return each(new RowCheck(whole())::allRowsInAllNamings);
  }

  /** Checks that every row matches a parameter of some sample. */
  @Test
  public final void everyRowBites() {
    new RowCheck(whole()).everyRowBites(samples());
  }

  /**
   * Checks that the adapter no longer fits when any of its rows is removed.
   *
   * @return a test for each sample
   */
  @TestFactory
  public final Stream<DynamicTest> noRowCanBeLeftOut() {
    return each((sample, own) -> new RowCheck(whole()).noRowIsMissedUnnoticed(sample, own));
  }

  /**
   * Checks that a sample is claimed by the adapter, and by no other, where the shipped families are
   * found too.
   *
   * @return a test for each sample
   */
  @TestFactory
  public final Stream<DynamicTest> isClaimedBesideTheShippedFamilies() {
    return each((sample, own) -> Workbench.of(whole(), sample, own).requireClaim());
  }

  /**
   * Checks that cutting a sample for a grid, in any naming, and merging it again restores every
   * bit.
   *
   * @return a test for each sample
   */
  @TestFactory
  public final Stream<DynamicTest> cuttingAndMergingGivesEveryBitBack() {
    return each((sample, own) -> new WayCheck(whole(), sample, own).backAgain());
  }

  /**
   * Checks that a cut sample has the shapes of the real checkpoints that were listed for it.
   *
   * @return a test for each sample
   */
  @TestFactory
  public final Stream<DynamicTest> cutsAsRealCheckpointsAre() {
    return each((sample, own) -> new WayCheck(whole(), sample, own).cutsAsListed());
  }

  /**
   * Checks that parallel sizes which the adapter does not support are refused.
   *
   * @return a test for each sample
   */
  @TestFactory
  public final Stream<DynamicTest> limitsAreKept() {
    return each((sample, own) -> new WayCheck(whole(), sample, own).limits());
  }

  /**
   * Checks that some sample can be cut along every parallel dimension that the adapter supports;
   * for a refinement those that it adds, since the base's samples show the others.
   */
  @Test
  public final void everyParallelDimensionIsUsed() {
    WayCheck.everyDimensionIsUsed(whole(), adapter().parallelism(), samples(), folder);
  }

  /**
   * Checks that the rows of the Hugging Face classes stand for the same tensors as the family's
   * own.
   *
   * @return a test for each class
   */
  @TestFactory
  public final Stream<DynamicTest> classesNameTheSameTensors() {
    return Neighbours.ownClasses(whole()).stream()
        .map(
            model ->
                DynamicTest.dynamicTest(
                    model.architecture(),
                    () -> new HuggingFaceCheck(whole(), model).sameTensors(samples())));
  }

  /**
   * Checks that converting a sample to Hugging Face and back restores every bit.
   *
   * @return a test for each class
   */
  @TestFactory
  public final Stream<DynamicTest> theWayToHuggingFaceGivesEveryBitBack() {
    var models = Neighbours.ownClasses(whole());
    return IntStream.range(0, models.size())
        .filter(i -> !readOnlyClasses().contains(models.get(i).architecture()))
        .mapToObj(
            i ->
                DynamicTest.dynamicTest(
                    models.get(i).architecture(),
                    () ->
                        new HuggingFaceCheck(whole(), models.get(i))
                            .backAgain(samples(), folder.resolve("class" + i))));
  }
}
