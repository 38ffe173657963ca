/** Starts programs and takes their time, memory and bytes. */
package io.shardwright.bench.measure;
