/**
 * safetensors files.
 *
 * <pre>
 * file   = length(8, little-endian) header data
 * header = JSON object of length bytes, padded with spaces: tensor* and perhaps "__metadata__",
 *          an object of strings or null
 * tensor = name: {"dtype": …, "shape": […], "data_offsets": [begin, end]}, offsets from data's start
 * data   = the tensors' bytes, row-major, little-endian, without holes or overlaps
 * </pre>
 *
 * Source: the safetensors format page. Readers here MUST refuse holes, overlaps and bytes behind
 * the last tensor.
 */
package io.shardwright.core.internal.codec.safetensors;
