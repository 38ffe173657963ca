/**
 * Tar archives as NeMo writes them, read in place and written to a layout known beforehand.
 *
 * <pre>
 * archive = entry* zeros
 * entry   = [pax header of path, size, mtime] header(512) bytes padding to 512
 * header  = POSIX ustar; names begin with "./" or not; folders are entries of their own
 * </pre>
 *
 * Files, folders, pax headers and GNU long names are read; links, devices, sparse files and
 * anything else are refused. A gzip of an archive (told by its first bytes 1f 8b), of one member or
 * several, is unpacked once to a private file. Source: POSIX.1-2001 pax; Python's {@code tarfile};
 * NeMo v1.23.0, {@code nemo/core/connectors/save_restore_connector.py}.
 */
package io.shardwright.core.internal.codec.tar;
