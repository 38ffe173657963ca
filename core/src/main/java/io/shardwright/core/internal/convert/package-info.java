/**
 * Converts configurations between dialects: a document and the tables of {@code spi.config} go in,
 * a configuration under the other side's keys comes out.
 */
package io.shardwright.core.internal.convert;
