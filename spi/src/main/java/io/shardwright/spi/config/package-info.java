/** Dialects: how other configurations say what the canonical one, NeMo 1's, says. */
package io.shardwright.spi.config;
