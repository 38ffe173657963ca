/** For experts: formats that are folders of documents and tensor containers. */
package io.shardwright.spi.format;
