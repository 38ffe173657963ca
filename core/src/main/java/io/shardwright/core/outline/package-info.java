/**
 * The content of checkpoints and plans as records for display: grids of ranks, files, cuts and
 * changes, and their forms as text. Checkpoints and plans fill them; the command line, the HTML
 * report and the pages of other programs show them. Nothing here opens or reads files.
 */
package io.shardwright.core.outline;
