package io.shardwright;

import static java.util.Objects.requireNonNull;

import io.shardwright.core.internal.family.FamilyGrammar;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.open.Sources;
import io.shardwright.core.internal.open.Sources.Given;
import io.shardwright.core.internal.registry.AdapterJars;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.internal.registry.FileNames;
import io.shardwright.core.internal.registry.FoundAdapter;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.ModelFamilyAdapter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Builds a {@link Shardwright} with chosen adapters and limits. Setters throw a {@link
 * NullPointerException} for {@code null}; paths are read by {@link #build}.
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
   * Sets how untrusted files are read.
   *
   * @param given limits, unknown Python names and links; by default {@link ReadPolicy#STANDARD}
   * @return this
   */
  public ShardwrightBuilder readPolicy(ReadPolicy given) {
    policy = requireNonNull(given, "readPolicy");
    return this;
  }

  /**
   * Sets the class loader in which adapters are looked for; by default that of {@link Shardwright}.
   *
   * @param given a loader that sees the classes of {@code io.shardwright.spi}
   * @return this
   */
  public ShardwrightBuilder classLoader(ClassLoader given) {
    loader = requireNonNull(given, "classLoader");
    return this;
  }

  /**
   * Looks for adapters in a jar, or in all jars of a folder, too.
   *
   * @param jarOrFolder a path that must exist when the instance is built
   * @return this
   */
  public ShardwrightBuilder adapterPath(Path jarOrFolder) {
    paths.add(requireNonNull(jarOrFolder, "adapterPath"));
    return this;
  }

  /**
   * Looks for PyTorch's native library in the jars of a folder too, if the device of a run needs
   * it.
   *
   * @param folder a folder, which need not exist
   * @return this
   */
  public ShardwrightBuilder nativeFolder(Path folder) {
    natives.add(requireNonNull(folder, "nativeFolder"));
    return this;
  }

  /**
   * Adds a family that a YAML file declares.
   *
   * @param file a file by the grammar of {@code docs/family-file.md}
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
   * Adds families as objects; no family is looked for in a class loader then.
   *
   * @param families adapters with distinct ids
   * @return this
   */
  public ShardwrightBuilder families(List<ModelFamilyAdapter> families) {
    var all = List.copyOf(requireNonNull(families, "families"));
    discover = false;
    all.forEach(adapter -> given.add(() -> FoundAdapter.of(adapter)));
    return this;
  }

  /**
   * Uses one family for every checkpoint, whichever family claims it.
   *
   * @param id the id of an adapter that is found
   * @return this
   */
  public ShardwrightBuilder family(String id) {
    family = Optional.of(requireNonNull(id, "family"));
    return this;
  }

  /**
   * Finds the adapters and builds the instance.
   *
   * @return an instance that is ready to use
   * @throws io.shardwright.spi.error.CheckpointException if an adapter path does not exist, is
   *     damaged or can't be read, or a family file can't be read or breaks the grammar
   * @throws io.shardwright.spi.error.AdapterException if two adapters have the same id
   * @throws io.shardwright.spi.error.UnrecognizedCheckpointException if no adapter has the id of
   *     {@link #family}
   */
  public Shardwright build() {
    ClassLoader all = AdapterJars.over(paths, loader);
    AdapterRegistry registry =
        AdapterRegistry.load(all, discover, given.stream().map(Supplier::get).toList());
    registry = family.map(registry::choosing).orElse(registry);
    return new Shardwright(
        new Sources(registry, policy, new Given(paths, familyFiles, family)),
        new FileNames(() -> all),
        List.copyOf(natives));
  }
}
