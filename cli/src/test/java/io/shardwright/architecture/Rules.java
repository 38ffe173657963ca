package io.shardwright.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.format.ModelFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;

/** The architecture as rules, by name; each with its reason. */
final class Rules {
  private static final String ROOT = "io.shardwright";
  private static final String INTERNAL = ROOT + ".core.internal";

  private Rules() {}

  static Map<String, ArchRule> all() {
    Map<String, ArchRule> rules = new LinkedHashMap<>();
    rules.put("spi", spiStandsAlone());
    rules.put("adapters", adaptersSeeTheSpiOnly());
    rules.put("core", coreKnowsNoAdapter());
    rules.put("remote", remoteIsAFileSystemAndNoMore());
    rules.put("cli", cliUsesThePublicFace());
    rules.put("testkit", testkitUsesThePublicFace());
    rules.put("cycles", noCycles());
    rules.put("steps", describeComesBeforePlan());
    rules.put("steps2", planComesBeforeExecute());
    rules.put("pure", planAndDescribeTouchNoFile());
    rules.put("spiTypes", spiTypesAreClosed());
    rules.put("statics", noMutableStatics());
    rules.put("streams", standardStreamsBelongToTheCli());
    rules.put("threads", threadsBelongToTheExecution());
    rules.putAll(Hygiene.rules());
    rules.putAll(OptionalJars.rules());
    rules.put("services", servicesAreLoadedInOnePlace());
    rules.put("face", publicFaceHidesInternals());
    rules.put("booleans", BooleanPair.rule());
    rules.put("flags", FlagText.rule());
    rules.put("settings", FlagText.messagesKeepTheirSettings());
    rules.put("values", valuesImportNoMachinery());
    rules.put("formats", formatsAreNamedInOnePlace());
    rules.put("stateless", adaptersAreStateless());
    rules.put("stateless2", formatsAreStateless());
    return rules;
  }

  private static ArchRule spiStandsAlone() {
    return classes()
        .that()
        .resideInAPackage(ROOT + ".spi..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", ROOT + ".spi..")
        .because("adapters must compile against the JDK alone");
  }

  private static ArchRule adaptersSeeTheSpiOnly() {
    return classes()
        .that()
        .resideInAPackage("..adapters..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "com.google.auto.service..", ROOT + ".spi..", "..adapters..")
        .because("families and formats are written as a third party's are");
  }

  private static ArchRule coreKnowsNoAdapter() {
    return noClasses()
        .that()
        .resideInAPackage(ROOT + ".core..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..adapters..", ROOT + ".remote..")
        .because("families and file systems are found, never named");
  }

  private static ArchRule remoteIsAFileSystemAndNoMore() {
    return classes()
        .that()
        .resideInAPackage(ROOT + ".remote..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "javax.net.ssl..",
            "com.google.auto.service..",
            "software.amazon.awssdk..",
            "org.apache.hadoop..",
            ROOT + ".spi.channel..",
            ROOT + ".spi.error..",
            ROOT + ".spi.store..",
            ROOT + ".remote..")
        .because("what lies elsewhere is files to everybody else, and nobody depends on its jar");
  }

  private static ArchRule cliUsesThePublicFace() {
    return noClasses()
        .that()
        .resideInAPackage(ROOT + ".cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..internal..", "..adapters..", ROOT + ".remote..")
        .because("whatever the command line can do, a host can do");
  }

  private static ArchRule testkitUsesThePublicFace() {
    return noClasses()
        .that()
        .resideInAPackage(ROOT + ".testkit..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..internal..", "..adapters..", ROOT + ".cli..")
        .because("a third party's tests go the way that its users go");
  }

  private static ArchRule noCycles() {
    return slices()
        .matching(ROOT + ".(**)")
        .should()
        .beFreeOfCycles()
        .because("a package that is part of a cycle can't be understood alone");
  }

  private static ArchRule describeComesBeforePlan() {
    return noClasses()
        .that()
        .resideInAPackage("..describe..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..plan..", "..execute..", "..verify..", "..publish..")
        .because("data flows from describe to plan to execute");
  }

  private static ArchRule planComesBeforeExecute() {
    return noClasses()
        .that()
        .resideInAPackage("..plan..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..execute..", "..verify..", "..publish..")
        .because("data flows from describe to plan to execute");
  }

  private static ArchRule planAndDescribeTouchNoFile() {
    return noClasses()
        .that()
        .resideInAnyPackage("..plan..", "..describe..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.nio.file..", "java.nio.channels..", "java.io..")
        .because("a plan is computed from descriptions alone");
  }

  private static ArchRule spiTypesAreClosed() {
    return classes()
        .that()
        .resideInAPackage(ROOT + ".spi..")
        .and()
        .areTopLevelClasses()
        .and()
        .doNotHaveModifier(JavaModifier.ABSTRACT)
        .should()
        .haveModifier(JavaModifier.FINAL)
        .because("the SPI has interfaces, records, enums, final classes and one sealed exception");
  }

  private static ArchRule noMutableStatics() {
    return fields()
        .that()
        .areStatic()
        .and()
        .areDeclaredInClassesThat()
        .resideInAPackage(ROOT + "..")
        .should()
        .beFinal()
        .because("a host may run several of us side by side");
  }

  private static ArchRule standardStreamsBelongToTheCli() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".cli..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .because("a library neither prints nor ends its host");
  }

  private static ArchRule threadsBelongToTheExecution() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + ".cli..", ROOT + ".remote..", INTERNAL + ".execute..")
        .and()
        .doNotHaveSimpleName("Cancellation")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(Thread.class)
        .because("threads are started, counted and ended in one place, and where networks are");
  }

  private static ArchRule servicesAreLoadedInOnePlace() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(INTERNAL + ".registry..")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ServiceLoader.class)
        .because("one place survives broken providers and refuses ambiguity");
  }

  private static ArchRule publicFaceHidesInternals() {
    return methods()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat()
        .resideInAnyPackage(ROOT, ROOT + ".core..")
        .and()
        .areDeclaredInClassesThat()
        .resideOutsideOfPackage(INTERNAL + "..")
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .should(new NoInternalTypes())
        .because("internals change without notice");
  }

  private static ArchRule valuesImportNoMachinery() {
    return noClasses()
        .that()
        .resideInAnyPackage(
            ROOT + ".core", ROOT + ".core.outline", ROOT + ".core.policy", ROOT + ".core.report")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("..internal..")
        .because("what goes in and comes out is understood without what happens between");
  }

  private static ArchRule formatsAreNamedInOnePlace() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(INTERNAL + ".format..")
        .and()
        .doNotHaveSimpleName("Formats")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(INTERNAL + ".format.*..")
        .because("a new format touches its own package and one list");
  }

  private static ArchRule adaptersAreStateless() {
    DescribedPredicate<JavaClass> adapter =
        DescribedPredicate.describe(
            "adapters",
            type -> type.isAssignableTo(ModelFamilyAdapter.class) && !type.isInterface());
    return classes()
        .that(adapter)
        .should()
        .haveOnlyFinalFields()
        .andShould()
        .haveSimpleNameEndingWith("Adapter")
        .because("adapters are shared by threads and found by ServiceLoader");
  }

  private static ArchRule formatsAreStateless() {
    return classes()
        .that()
        .areAssignableTo(ModelFormat.class)
        .and()
        .areNotInterfaces()
        .should()
        .haveOnlyFinalFields()
        .andShould()
        .haveSimpleNameEndingWith("Format")
        .because("formats are shared by threads and found by ServiceLoader");
  }
}
