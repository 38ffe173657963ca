/** Random access to bytes, wherever they lie. */
package io.shardwright.core.internal.bytes;
