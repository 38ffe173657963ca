package io.shardwright.core.internal.family;

import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.KeyRule;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import io.shardwright.spi.WeightLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A family that a file declares.
 *
 * @param refines the family that it adds to
 * @param describes sets of conditions, of which one holds for a configuration of this family; empty
 *     where its classes alone tell
 * @param namings in the order in which they are tried; the last one is used where none is
 */
record DeclaredFamilyAdapter(
    String id,
    Optional<String> refines,
    List<RestoreClass> restoreClasses,
    SupportedParallelism parallelism,
    List<LayerStack> stacks,
    Optional<List<List<Condition>>> describes,
    List<DeclaredNaming> namings,
    Set<WeightLayout> layouts,
    Map<String, String> defaults,
    List<KeyRule> keyRules,
    List<HuggingFaceModel> huggingFaceModels)
    implements ModelFamilyAdapter {
  /** Names tell families apart. */
  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public boolean describes(ModelConfig config) {
    return describes
        .map(sets -> DeclaredNaming.holds(sets, config))
        .orElseGet(
            () -> refines.isPresent() || config.text("target").filter(this::restores).isPresent());
  }

  private boolean restores(String target) {
    return restoreClasses.contains(RestoreClass.nemo(target));
  }

  @Override
  public Naming naming(ModelConfig config) {
    return namings.stream()
        .filter(declared -> declared.inUse(config))
        .findFirst()
        .orElse(namings.get(namings.size() - 1))
        .naming();
  }

  @Override
  public List<Naming> namings(ModelConfig config) {
    Naming used = naming(config);
    return namings.stream()
        .filter(declared -> declared.naming() == used || declared.possible(config))
        .map(DeclaredNaming::naming)
        .toList();
  }

  @Override
  public Map<String, String> namingKeys(ModelConfig config, Naming naming) {
    return declared(naming).keys();
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    boolean unsaid = namings.stream().noneMatch(declared -> declared.naming() == naming);
    return refines.isPresent() && unsaid ? ParameterTable.of() : declared(naming).rows();
  }

  private DeclaredNaming declared(Naming naming) {
    return namings.stream()
        .filter(declared -> declared.naming() == naming)
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("family '" + id + "' has no " + naming + " naming"));
  }

  /**
   * A naming that a family file declares.
   *
   * @param inUse sets of conditions, of which one holds where a checkpoint has these names
   * @param possible sets of conditions, of which one holds where a checkpoint can have them
   * @param keys how a configuration says so
   */
  record DeclaredNaming(
      Naming naming,
      List<List<Condition>> inUse,
      List<List<Condition>> possible,
      Map<String, String> keys,
      ParameterTable rows) {

    static boolean holds(List<List<Condition>> alternatives, ModelConfig config) {
      return alternatives.stream()
          .anyMatch(all -> all.stream().allMatch(condition -> condition.holds(config)));
    }

    boolean inUse(ModelConfig config) {
      return holds(inUse, config);
    }

    boolean possible(ModelConfig config) {
      return holds(possible, config);
    }
  }
}
