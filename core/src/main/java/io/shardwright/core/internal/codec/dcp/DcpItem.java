package io.shardwright.core.internal.codec.dcp;

/**
 * The place of a tensor's chunk, or of an object.
 *
 * @param file its name in the checkpoint's folder
 * @param offset of its first byte
 * @param length in bytes, with its own headers
 */
public record DcpItem(String file, long offset, long length) {}
