/**
 * Zip archives, read in place and written to a layout known beforehand. Entries and directory must
 * cover a file without a gap and say the same, so that no reader finds anything else in it. Source:
 * PKWARE's APPNOTE 6.3.
 */
package io.shardwright.core.internal.codec.zip;
