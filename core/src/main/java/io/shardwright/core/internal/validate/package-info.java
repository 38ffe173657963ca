/**
 * Checks a family's rows against a checkpoint: explains each name that no row matches and each row
 * that matches nothing, and drafts the rows that are missing. Values are read only to see whether
 * ranks hold the same ones.
 */
package io.shardwright.core.internal.validate;
