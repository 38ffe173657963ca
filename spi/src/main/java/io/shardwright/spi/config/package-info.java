/**
 * Dialects: how other configurations say what the canonical one says. NeMo 1's YAML is the
 * canonical one and needs no table.
 */
package io.shardwright.spi.config;
