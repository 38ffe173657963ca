/** The one family of exceptions that Shardwright throws for anything a user can cause or mend. */
package io.shardwright.spi.error;
