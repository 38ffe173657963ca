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
 * What every adapter must hold. An author extends this class and says which adapter and which
 * models it is to be tried on; each model is made small, with a value of its own for every element,
 * and goes through the real engine.
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
  /** For the engine's files. */
  @TempDir(factory = MemoryFolders.class)
  Path folder;

  /** One with the default constructor's access. */
  protected AdapterConformance() {}

  /**
   * The adapter to try.
   *
   * @return a new one each time
   */
  protected abstract ModelFamilyAdapter adapter();

  /**
   * Models of the family.
   *
   * @return together they have a parameter for every row of the adapter
   */
  protected abstract List<SampleModel> samples();

  /**
   * Whether the adapter is found by {@link java.util.ServiceLoader}.
   *
   * @return true; override it for a family that a file declares
   */
  protected boolean isDiscovered() {
    return true;
  }

  /**
   * Hugging Face classes that can be read and not be written, because a NeMo configuration does not
   * say all that theirs do.
   *
   * @return names of classes; none by default
   */
  protected Set<String> readOnlyClasses() {
    return Set.of();
  }

  private Stream<DynamicTest> each(Consumer<SampleModel> check) {
    return samples().stream()
        .map(sample -> DynamicTest.dynamicTest(sample.toString(), () -> check.accept(sample)));
  }

  /** The same with an empty folder for each. */
  private Stream<DynamicTest> each(BiConsumer<SampleModel, Path> check) {
    var samples = samples();
    return IntStream.range(0, samples.size())
        .mapToObj(
            i ->
                DynamicTest.dynamicTest(
                    samples.get(i).toString(),
                    () -> check.accept(samples.get(i), folder.resolve("sample" + i))));
  }

  /** The id and the classes are spelt as they must be. */
  @Test
  public final void namesAreWellFormed() {
    FormCheck.names(adapter());
  }

  /** The adapter's jar registers it. */
  @Test
  public final void isFound() {
    if (isDiscovered()) {
      FormCheck.discovered(adapter());
    }
  }

  /** The same question has the same answer, again, on other threads, from another instance. */
  @Test
  public final void answersAreAlwaysTheSame() {
    new PurityCheck(this::adapter, samples()).sameAnswers();
  }

  /** Keys that are absent, null or no number make no method throw. */
  @Test
  public final void oddConfigurationsAreAnswered() {
    new PurityCheck(this::adapter, samples()).oddConfigurations();
  }

  /**
   * Every parameter is one row's, and a real checkpoint has what the rows promise.
   *
   * @return a test for each sample
   */
  @TestFactory
  public final Stream<DynamicTest> everyParameterMatchesOneRow() {
    return each(new RowCheck(adapter())::oneRowEach);
  }

  /**
   * All namings of a configuration have the same parameters.
   *
   * @return a test for each sample
   */
  @TestFactory
  public final Stream<DynamicTest> allNamingsHaveTheSameParameters() {
    return each(new RowCheck(adapter())::allRowsInAllNamings);
  }

  /** Every row has a parameter in some sample. */
  @Test
  public final void everyRowBites() {
    new RowCheck(adapter()).everyRowBites(samples());
  }

  /**
   * Without any one of its rows the adapter no longer fits.
   *
   * @return a test for each sample
   */
  @TestFactory
  public final Stream<DynamicTest> noRowCanBeLeftOut() {
    return each((sample, own) -> new RowCheck(adapter()).noRowIsMissedUnnoticed(sample, own));
  }

  /**
   * Cutting for any grid, in any naming, and merging again gives every bit back.
   *
   * @return a test for each sample
   */
  @TestFactory
  public final Stream<DynamicTest> cuttingAndMergingGivesEveryBitBack() {
    return each((sample, own) -> new WayCheck(adapter(), sample, own).backAgain());
  }

  /**
   * A model that is cut has the shapes of the real one that was listed.
   *
   * @return a test for each sample
   */
  @TestFactory
  public final Stream<DynamicTest> cutsAsRealCheckpointsAre() {
    return each((sample, own) -> new WayCheck(adapter(), sample, own).cutsAsListed());
  }

  /**
   * Sizes that the adapter does not support are refused.
   *
   * @return a test for each sample
   */
  @TestFactory
  public final Stream<DynamicTest> limitsAreKept() {
    return each((sample, own) -> new WayCheck(adapter(), sample, own).limits());
  }

  /** For every parallel dimension there is a sample that can be cut. */
  @Test
  public final void everyParallelDimensionIsUsed() {
    WayCheck.everyDimensionIsUsed(adapter(), samples(), folder);
  }

  /**
   * Hugging Face names stand for the same tensors as the family's own.
   *
   * @return a test for each class
   */
  @TestFactory
  public final Stream<DynamicTest> classesNameTheSameTensors() {
    return adapter().huggingFaceModels().stream()
        .map(
            model ->
                DynamicTest.dynamicTest(
                    model.architecture(),
                    () -> new HuggingFaceCheck(adapter(), model).sameTensors(samples())));
  }

  /**
   * The way to Hugging Face and back gives every bit back.
   *
   * @return a test for each class
   */
  @TestFactory
  public final Stream<DynamicTest> theWayToHuggingFaceGivesEveryBitBack() {
    var models = adapter().huggingFaceModels();
    return IntStream.range(0, models.size())
        .filter(i -> !readOnlyClasses().contains(models.get(i).architecture()))
        .mapToObj(
            i ->
                DynamicTest.dynamicTest(
                    models.get(i).architecture(),
                    () ->
                        new HuggingFaceCheck(adapter(), models.get(i))
                            .backAgain(samples(), folder.resolve("class" + i))));
  }
}
