package io.shardwright.core;

import io.shardwright.adapters.breach.BreachTable;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spark.BreachOfClusters;
import java.util.ServiceLoader;

/**
 * Breaks "core", "clusters", "face", "booleans", "values", "statics", "streams", "threads",
 * "reflection" and "services".
 */
public final class BreachOfCore {
  private static int calls;

  private BreachOfCore() {}

  public static String name() {
    calls++;
    Thread.yield();
    return BreachTable.class.getName() + BreachOfClusters.class.getName() + calls;
  }

  public static boolean either(boolean one, boolean other) {
    return one || other;
  }

  public static StageLayers exposed() throws ClassNotFoundException {
    System.out.println(Class.forName("java.lang.String"));
    ServiceLoader.load(Runnable.class);
    return StageLayers.none(1);
  }
}
