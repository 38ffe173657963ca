/**
 * Arrays of zarr version 2 as Megatron-Core 0.5 writes them: no compressor, no filters.
 *
 * <pre>
 * array  = folder ".zarray" chunk*
 * .zarray = JSON: zarr_format 2, order "C", compressor null, filters null, fill_value,
 *           shape, chunks, dtype
 * dtype  = "&lt;f4" | "&lt;f2" | "&lt;f8" | "bfloat16" | "&lt;i8" | …
 * chunk  = file named after its index on every axis, joined by dots ("0" for no axis); always of the
 *          full chunk shape, row-major, little-endian; what lies past the array's edge is padding
 * </pre>
 *
 * {@code bfloat16} is Megatron-Core's own word (Megatron-LM core_v0.5.0, {@code
 * megatron/core/dist_checkpointing/strategies/zarr.py}). Source: the zarr storage specification
 * version 2.
 */
package io.shardwright.core.internal.codec.zarr;
