/**
 * The entry points for programs: {@link io.shardwright.Shardwright} takes paths, requests and
 * options, and returns checkpoints, models, plans and reports, the types of {@link
 * io.shardwright.core}.
 */
package io.shardwright;
