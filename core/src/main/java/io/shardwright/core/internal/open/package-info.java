/**
 * Opens checkpoints: a path goes in, an open checkpoint with its format, family and content comes
 * out.
 */
package io.shardwright.core.internal.open;
