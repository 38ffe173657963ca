package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.plan.ConfigChange;
import java.io.File;

/** Breaks the rules "steps" and "pure". */
final class BreachOfDescribe {
  ConfigChange plans(File file) {
    return new ConfigChange(file.getName(), "", "");
  }
}
