package io.shardwright.testkit;

import io.shardwright.Shardwright;
import io.shardwright.core.AdapterDescription;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.RestoreClass.Kind;
import java.util.HashSet;

/** Checks ids, class names and the registration of an adapter. */
final class FormCheck {
  private static final String DOTTED = "[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)+";
  private static final String PLAIN = "[A-Za-z_]\\w*";

  private FormCheck() {}

  static void names(ModelFamilyAdapter adapter) {
    var findings = new Findings();
    String id = adapter.id();
    findings.require(
        id != null && id.matches("[a-z0-9-]+"),
        "id() is '" + id + "': return lower-case letters, digits and hyphens");
    var classes = adapter.restoreClasses();
    findings.require(!classes.isEmpty(), "restoreClasses() is empty: name at least one class");
    findings.require(
        new HashSet<>(classes).size() == classes.size(),
        "restoreClasses() names a class twice: " + classes);
    classes.forEach(restore -> restoreClass(restore, findings));
    adapter.huggingFaceModels().forEach(model -> huggingFace(adapter, model, findings));
    findings.requireNone();
  }

  private static void restoreClass(RestoreClass restore, Findings findings) {
    boolean dotted = restore.kind() != Kind.HUGGING_FACE;
    findings.require(
        restore.name().matches(dotted ? DOTTED : PLAIN),
        "restoreClasses() has '"
            + restore.name()
            + "': "
            + (dotted
                ? "spell it as 'target:' or '_target_' does, a dotted Python path"
                : "spell it as an entry of 'architectures'"));
  }

  private static void huggingFace(
      ModelFamilyAdapter adapter, HuggingFaceModel model, Findings findings) {
    findings.require(
        model.architecture().matches(PLAIN),
        "huggingFaceModels() has the architecture '"
            + model.architecture()
            + "': spell it as an entry of 'architectures'");
    findings.require(
        adapter.restoreClasses().contains(RestoreClass.nemo(model.restores())),
        model.architecture()
            + " becomes "
            + model.restores()
            + ", which restoreClasses() does not name: add it there");
  }

  static void discovered(ModelFamilyAdapter adapter) {
    var shardwright = Shardwright.create();
    var findings = new Findings();
    findings.require(
        shardwright.adapters().stream()
            .map(AdapterDescription::id)
            .anyMatch(id -> id.equals(adapter.id())),
        "ServiceLoader finds no adapter '"
            + adapter.id()
            + "': annotate the class with @AutoService(ModelFamilyAdapter.class), and keep it"
            + " public with a public constructor without arguments");
    shardwright
        .adapterFailures()
        .forEach(failure -> findings.add("an adapter can't be loaded: " + failure));
    findings.requireNone();
  }
}
