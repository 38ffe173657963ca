/**
 * The interfaces of checkpoint formats and what they share: a path goes in, an open {@link
 * io.shardwright.core.internal.format.ModelSource} comes out; a plan goes in, the layout of a
 * target comes out.
 */
package io.shardwright.core.internal.format;
