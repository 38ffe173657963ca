/**
 * Arrays of DJL: tensors of a restored model go in, arrays of the host's manager come out. This is
 * the only public package that needs DJL on the class path.
 */
package io.shardwright.core.djl;
