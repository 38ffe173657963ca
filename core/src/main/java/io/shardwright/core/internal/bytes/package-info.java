/**
 * Random access to bytes: paths and file systems go in, {@link
 * io.shardwright.core.internal.bytes.ByteSource}s for the codecs come out.
 */
package io.shardwright.core.internal.bytes;
