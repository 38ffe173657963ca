/** Figures, their table and their chart. */
package io.shardwright.bench.report;
