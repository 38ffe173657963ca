/**
 * Formats of third parties behind the engine's own interface: they say where tensors lie and how
 * they are laid out, and what they say is held against the bytes, the limits and the plan here.
 */
package io.shardwright.core.internal.format.plugged;
