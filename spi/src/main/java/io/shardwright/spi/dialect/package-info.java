/**
 * Documents of dialects, and the engine that reads and writes them: the tables of {@link
 * io.shardwright.spi.config} at work.
 */
package io.shardwright.spi.dialect;
