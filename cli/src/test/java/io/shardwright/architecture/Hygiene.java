package io.shardwright.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.shardwright.spi.error.CheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What code that reads files from strangers never does. */
final class Hygiene {
  private static final String ROOT = "io.shardwright";
  private static final List<Class<? extends Throwable>> OURS =
      List.of(
          CheckpointException.class,
          IllegalArgumentException.class,
          NullPointerException.class,
          IllegalStateException.class,
          AssertionError.class,
          IOException.class,
          UncheckedIOException.class,
          // The compiler's own, in a switch over an enum.
          IncompatibleClassChangeError.class);

  private Hygiene() {}

  static Map<String, ArchRule> rules() {
    Map<String, ArchRule> rules = new LinkedHashMap<>();
    rules.put("reflection", nothingFromAFileBecomesCode());
    rules.put("objects", nothingIsDeserialized());
    rules.put("processes", nothingIsStarted());
    rules.put("network", nothingIsFetched());
    rules.put("maps", nothingIsMapped());
    rules.put("exceptions", onlyOurExceptionsAreMade());
    rules.put("names", namesSaySomething());
    return rules;
  }

  private static ArchRule namesSaySomething() {
    return noClasses()
        .that()
        .resideInAPackage(ROOT + "..")
        .should()
        .haveNameMatching(".*(Util|Utils|Helper|Manager|Processor|Impl)")
        .because("a name that fits everything says nothing");
  }

  private static ArchRule nothingFromAFileBecomesCode() {
    return noClasses()
        .should()
        .callMethod(Class.class, "forName", String.class)
        .orShould()
        .callMethod(Class.class, "forName", String.class, boolean.class, ClassLoader.class)
        .orShould()
        .callMethod(ClassLoader.class, "loadClass", String.class)
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage("java.lang.reflect..", "java.lang.invoke..", "javax.script..")
        .because("nothing from a file is ever executed")
        .as("no class should find code by its name")
        .allowEmptyShould(true);
  }

  private static ArchRule nothingIsDeserialized() {
    return noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.ObjectInputStream")
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage("java.beans..", "javax.naming..", "java.rmi..", "javax.management..")
        .because("no file builds objects of its own choice");
  }

  private static ArchRule nothingIsStarted() {
    return noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.ProcessBuilder")
        .orShould(call("a process", Runtime.class, Set.of("exec", "load", "loadLibrary")))
        .orShould(call("a library", System.class, Set.of("load", "loadLibrary")))
        .because("a checkpoint needs no other program");
  }

  /**
   * But for the jar that does nothing else, and the class that looks into PyTorch's jars, which the
   * user put beside the program.
   */
  private static ArchRule nothingIsFetched() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".remote..")
        .and()
        .doNotHaveFullyQualifiedName(ROOT + ".core.internal.execute.djl.Natives")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.net.http..", "javax.net..")
        .orShould()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are sockets or connections",
                type ->
                    type.getPackageName().equals("java.net")
                        && type.getSimpleName().matches(".*(Socket|Connection|InetAddress).*")))
        .orShould(
            call("a URL", java.net.URL.class, Set.of("openStream", "openConnection", "getContent")))
        .because("nothing is opened but the paths that the user gives");
  }

  private static ArchRule nothingIsMapped() {
    return noClasses()
        .should(call("a mapping", java.nio.channels.FileChannel.class, Set.of("map")))
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.nio.MappedByteBuffer")
        .because("a mapped file that is cut meanwhile ends the process");
  }

  private static ArchCondition<JavaClass> call(String what, Class<?> owner, Set<String> methods) {
    return new ArchCondition<>("open " + what) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
          boolean found =
              call.getTargetOwner().isEquivalentTo(owner) && methods.contains(call.getName());
          events.add(new SimpleConditionEvent(call, found, call.getDescription()));
        }
      }
    };
  }

  private static ArchRule onlyOurExceptionsAreMade() {
    return noClasses()
        .that()
        .resideInAnyPackage(ROOT + ".core..", ROOT + ".spi..", "..adapters..")
        .should(makeForeignExceptions())
        .because("whoever catches CheckpointException has caught whatever a file can cause");
  }

  private static ArchCondition<JavaClass> makeForeignExceptions() {
    return new ArchCondition<>("make other exceptions than ours") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (type.isAssignableTo(Throwable.class)) {
          return;
        }
        for (JavaConstructorCall call : type.getConstructorCallsFromSelf()) {
          JavaClass made = call.getTargetOwner();
          boolean foreign =
              made.isAssignableTo(Throwable.class) && OURS.stream().noneMatch(made::isAssignableTo);
          events.add(new SimpleConditionEvent(call, foreign, call.getDescription()));
        }
      }
    };
  }
}
