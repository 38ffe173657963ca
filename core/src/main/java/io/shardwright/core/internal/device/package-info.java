/** The resources of a run: its options go in, workers and a backend for its device come out. */
package io.shardwright.core.internal.device;
