/**
 * Reads a target again, by the readers alone, and compares its structure and the CRC-32 of every
 * entry with what was read from the source.
 */
package io.shardwright.core.internal.verify;
