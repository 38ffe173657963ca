/**
 * The types that {@link io.shardwright.Shardwright} takes and returns: requests and options go in;
 * checkpoints, models, plans and reports come out. Values and interfaces only.
 */
package io.shardwright.core;
