package io.shardwright;

import static java.util.Objects.requireNonNull;

import io.shardwright.core.internal.family.FamilyGrammar;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.registry.AdapterJars;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.internal.registry.FoundAdapter;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.ModelFamilyAdapter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Says where {@link Shardwright} looks for families and formats. {@code null} is a {@link
 * NullPointerException} when it is set; what must exist is looked for by {@link #build}.
 */
public final class ShardwrightBuilder {
  private ClassLoader loader = Shardwright.class.getClassLoader();
  private final List<Path> paths = new ArrayList<>();
  private final List<Path> familyFiles = new ArrayList<>();
  private final List<Path> natives = new ArrayList<>();
  private final List<Supplier<FoundAdapter>> given = new ArrayList<>();
  private ReadPolicy policy = ReadPolicy.STANDARD;
  private boolean discover = true;
  private Optional<String> family = Optional.empty();

  ShardwrightBuilder() {}

  /**
   * Says how files from strangers are read.
   *
   * @param given the limits, among others
   * @return this
   */
  public ShardwrightBuilder readPolicy(ReadPolicy given) {
    policy = requireNonNull(given, "readPolicy");
    return this;
  }

  /**
   * Looks for adapters in a class loader.
   *
   * @param given sees the SPI's classes
   * @return this
   */
  public ShardwrightBuilder classLoader(ClassLoader given) {
    loader = requireNonNull(given, "classLoader");
    return this;
  }

  /**
   * Looks for adapters in a jar, or in all jars of a folder.
   *
   * @param jarOrFolder must exist; every jar must be whole
   * @return this
   */
  public ShardwrightBuilder adapterPath(Path jarOrFolder) {
    paths.add(requireNonNull(jarOrFolder, "adapterPath"));
    return this;
  }

  /**
   * Looks for PyTorch's native library in a folder's jars too, where a run's device needs it.
   *
   * @param folder need not exist
   * @return this
   */
  public ShardwrightBuilder nativeFolder(Path folder) {
    natives.add(requireNonNull(folder, "nativeFolder"));
    return this;
  }

  /**
   * Adds a family that a YAML file declares. It is read when all is built.
   *
   * @param file as {@code docs/family-file.md} says
   * @return this
   */
  public ShardwrightBuilder familyFile(Path file) {
    familyFiles.add(requireNonNull(file, "familyFile"));
    given.add(() -> declared(file));
    return this;
  }

  private FoundAdapter declared(Path file) {
    return new FoundAdapter(FamilyGrammar.read(file, new Guard(policy)).family(), file.toString());
  }

  /**
   * Uses families that are handed in, and none that a class loader offers.
   *
   * @param families each with an id of its own
   * @return this
   */
  public ShardwrightBuilder families(List<ModelFamilyAdapter> families) {
    var all = List.copyOf(requireNonNull(families, "families"));
    discover = false;
    all.forEach(adapter -> given.add(() -> FoundAdapter.of(adapter)));
    return this;
  }

  /**
   * Uses one family for every checkpoint, whatever claims it.
   *
   * @param id of an adapter that is found
   * @return this
   */
  public ShardwrightBuilder family(String id) {
    family = Optional.of(requireNonNull(id, "family"));
    return this;
  }

  /**
   * Finds the adapters.
   *
   * @return ready to use
   * @throws io.shardwright.spi.error.CheckpointException if an adapter path does not exist, is
   *     damaged or can't be read, or a family file can't be read, with the place of everything that
   *     is wrong
   * @throws io.shardwright.spi.error.AdapterException if two adapters have the same id
   * @throws io.shardwright.spi.error.UnrecognizedCheckpointException if the wanted family is none
   *     of them
   */
  public Shardwright build() {
    AdapterRegistry registry =
        AdapterRegistry.load(
            AdapterJars.over(paths, loader), discover, given.stream().map(Supplier::get).toList());
    var read = new ArrayList<>(paths);
    read.addAll(familyFiles);
    return new Shardwright(
        family.map(registry::choosing).orElse(registry),
        policy,
        List.copyOf(read),
        List.copyOf(natives));
  }
}
