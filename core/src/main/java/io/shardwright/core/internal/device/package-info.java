/** What a run computes with: threads, memory, a device. */
package io.shardwright.core.internal.device;
