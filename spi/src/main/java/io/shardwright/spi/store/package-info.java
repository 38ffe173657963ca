/**
 * What a file system offers beyond {@link java.nio.file.FileSystem} where it is an object store.
 */
package io.shardwright.spi.store;
