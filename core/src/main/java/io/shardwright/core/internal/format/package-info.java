/**
 * The interfaces of checkpoint formats and what they share: a path goes in, an open {@link
 * io.shardwright.core.internal.format.ModelSource} comes out; a plan goes in, the layout of a
 * target comes out.
 *
 * <pre>
 * origin = "shardwright_origin.json", a member of a .nemo: JSON
 *          {"format": …, "config": config.json as it was, "files": {name: text}}
 * </pre>
 *
 * What a NeMo configuration can't say travels in the origin, so that the way back is lossless; NeMo
 * ignores members that it does not know.
 */
package io.shardwright.core.internal.format;
