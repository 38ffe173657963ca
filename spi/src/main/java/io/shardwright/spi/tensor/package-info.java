/** Values that describe tensors: element types, shapes and boxes within them. */
package io.shardwright.spi.tensor;
