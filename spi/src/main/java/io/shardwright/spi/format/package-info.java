/** Formats of a third party's own, and, for experts, folders of documents and tensor containers. */
package io.shardwright.spi.format;
