/** Values that describe tensors: element types, names with shapes, and boxes of elements. */
package io.shardwright.spi.tensor;
