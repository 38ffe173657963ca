/**
 * What the channel of a file system may offer beyond {@link java.nio.channels.SeekableByteChannel}.
 * A file system is found by {@link java.nio.file.spi.FileSystemProvider}, as every file system of
 * Java is.
 */
package io.shardwright.spi.channel;
