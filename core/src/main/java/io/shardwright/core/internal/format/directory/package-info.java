/**
 * Folders of documents and tensor containers, such as Hugging Face's. What the files are called is
 * the business of a {@link io.shardwright.spi.format.DirectoryFormat}.
 *
 * <pre>
 * origin = "shardwright_origin.json", a member of a .nemo: JSON
 *          {"format": …, "config": config.json as it was, "files": {name: text}}
 * </pre>
 *
 * What a NeMo configuration can't say travels in the origin, so that the way back is lossless; NeMo
 * ignores members that it does not know.
 */
package io.shardwright.core.internal.format.directory;
