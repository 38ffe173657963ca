/**
 * What checkpoints and plans look like, as plain records: grids of ranks, cuts, changes. The
 * command line, the report and a host's own pages show the same. Nothing here opens or reads
 * anything.
 */
package io.shardwright.core.outline;
