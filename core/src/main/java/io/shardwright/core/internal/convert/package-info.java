/** Configurations of one side in the other side's keys, by a class's rows. */
package io.shardwright.core.internal.convert;
