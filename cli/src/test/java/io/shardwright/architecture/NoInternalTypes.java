package io.shardwright.architecture;

import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** Of methods that a host can call. */
final class NoInternalTypes extends ArchCondition<JavaMethod> {
  NoInternalTypes() {
    super("neither take nor return internal types");
  }

  @Override
  public void check(JavaMethod method, ConditionEvents events) {
    boolean internal =
        method.getRawReturnType().getPackageName().contains(".internal")
            || method.getRawParameterTypes().stream()
                .anyMatch(type -> type.getPackageName().contains(".internal"));
    if (internal) {
      events.add(
          SimpleConditionEvent.violated(
              method, method.getFullName() + " exposes an internal type"));
    }
  }
}
