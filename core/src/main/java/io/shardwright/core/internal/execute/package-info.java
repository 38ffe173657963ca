/**
 * Carries out a plan in one pass: the target is laid out first, then every source byte is read
 * once, logical tensor by logical tensor, in blocks of bounded size that are scattered to all
 * target ranks.
 *
 * <pre>
 * view   = where the elements of a box of a logical tensor lie in a storage
 * span   = elements of a view that follow each other in the logical tensor and in the storage
 * range  = elements or bytes between two positions: a task's elements, bytes with their CRC-32
 * block  = a range of a logical tensor's elements, in memory at once between reading and writing
 * tile   = a backend's memory for the elements of a block
 * window = a range of a file, put together in memory where bytes are taken in their order alone
 * piece  = bytes that a layout makes, such as a header or a directory, and their place
 * member = a file or an archive's entry; a carried member is copied byte for byte
 * lane   = what one thread keeps from task to task: a backend and its block
 * run    = an execution, of a plan or of one of its steps; never bytes
 * </pre>
 *
 * A chunk is Megatron's or zarr's: of a model's layers, or of an array. A band is what a picture
 * shows of a tensor: rows or columns of one meaning and one rank.
 */
package io.shardwright.core.internal.execute;
