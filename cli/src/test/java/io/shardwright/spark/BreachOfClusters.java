package io.shardwright.spark;

/** What nobody else may name: breaks "clusters" where it is named. */
public final class BreachOfClusters {
  private BreachOfClusters() {}
}
