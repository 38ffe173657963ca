/**
 * Checkpoints that lie elsewhere, as file systems of Java: each scheme is a {@link
 * java.nio.file.spi.FileSystemProvider}, found by the {@link java.util.ServiceLoader}.
 *
 * <pre>
 * path     = scheme "://" name ("/" name)*
 * provider = RemoteProvider: all that a read-only file system of Java must have
 * store    = Store: what is at a path, what a folder holds, a RangeReader of an object
 * reader   = RangeReader: one attempt to read one range
 * channel  = RangeChannel over ReadAhead (parallel ranges, bounded memory) over Retries
 * </pre>
 *
 * A store that can write extends its provider.
 */
package io.shardwright.remote;
