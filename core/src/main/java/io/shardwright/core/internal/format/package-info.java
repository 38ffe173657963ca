/** What the formats have in common. */
package io.shardwright.core.internal.format;
