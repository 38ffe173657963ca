/**
 * Tensors without a model's configuration: one torch or safetensors file, or a folder of them. They
 * can be listed, read and compared; no family can claim them.
 */
package io.shardwright.core.internal.format.loose;
