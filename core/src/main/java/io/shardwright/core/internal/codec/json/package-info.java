/**
 * JSON documents: headers of zarr and safetensors, configurations.
 *
 * <pre>
 * document = RFC 8259; a key stands once in an object; numbers keep their spelling;
 *            configurations may hold NaN, Infinity and -Infinity, as Python's json writes them
 * </pre>
 *
 * Depth, size and the length of numbers are limited. Output is as Python's {@code json.dumps} gives
 * it.
 */
package io.shardwright.core.internal.codec.json;
