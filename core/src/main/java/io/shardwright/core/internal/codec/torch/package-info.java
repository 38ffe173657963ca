/**
 * Torch's zip files: a pickle and its storages.
 *
 * <pre>
 * file     = record("data.pkl") [record(".format_version")] [record(".storage_alignment")]
 *            record("byteorder")? record("data/" key)* record("version")
 *            record(".data/serialization_id")? directory
 * record   = local header, padding, bytes, data descriptor; the name is root "/" name
 * </pre>
 *
 * All records share one root folder of any name; tools that pack a folder again add entries for
 * folders, which are passed over. Records are stored, their bytes begin at multiples of 64 (padded
 * by an extra field "FB"), their CRC-32 and sizes stand in a descriptor after them. Records of 4
 * GiB and more, or beyond 4 GiB, carry zip64 fields. A tensor in the pickle is
 *
 * <pre>
 * _rebuild_tensor_v2(("storage", type, key, location, elements) as persistent id,
 *                    offset, sizes, strides, requires_grad, OrderedDict())
 * </pre>
 *
 * Source: PyTorch 2.2.2, {@code torch/serialization.py}, {@code torch/_utils.py}, {@code
 * caffe2/serialize/inline_container.cc}; the zip format is PKWARE's APPNOTE 6.3.
 */
package io.shardwright.core.internal.codec.torch;
