/** The exceptions for everything that a user can cause or fix, with their stable error codes. */
package io.shardwright.spi.error;
