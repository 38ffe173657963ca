/** The command line: options, one call into the core, one renderer per command. */
package io.shardwright.cli;
