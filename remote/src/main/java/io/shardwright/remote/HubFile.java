package io.shardwright.remote;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A file of a repository.
 *
 * @param size in bytes
 * @param version the id of its content in git; of a large file its SHA-256
 * @param sha256 of a large file, in hexadecimal
 * @param local where the hub's cache has it
 * @param seen the version that whoever serves it named first
 */
record HubFile(
    long size,
    String version,
    Optional<String> sha256,
    Optional<Path> local,
    AtomicReference<String> seen) {
  HubFile(long size, String version, Optional<String> sha256, Optional<Path> local) {
    this(size, version, sha256, local, new AtomicReference<>());
  }
}
