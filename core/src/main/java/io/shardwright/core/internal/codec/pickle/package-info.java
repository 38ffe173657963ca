/** Python's pickle as inert data: read with protocols 0 to 5, written with protocol 2. */
package io.shardwright.core.internal.codec.pickle;
