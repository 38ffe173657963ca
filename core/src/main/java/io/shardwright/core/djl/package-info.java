/**
 * A restored model's tensors as arrays of the host's DJL. The only package of the public face that
 * needs DJL on the class path; a host without it uses all others.
 */
package io.shardwright.core.djl;
