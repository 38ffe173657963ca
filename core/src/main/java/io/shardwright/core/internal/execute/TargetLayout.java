package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.plan.TargetTensor;
import java.util.List;
import java.util.Map;

/** The layout of a target: the offset of everything in its files, known before anything is read. */
public interface TargetLayout {

  /** The files to write: paths relative to the target, or one empty path where it is one file. */
  List<OutputFile> files();

  /** Where a tensor's bytes begin. */
  Place place(TargetTensor tensor);

  /** Members that are carried over byte for byte; none unless a format says so. */
  default List<CarriedMember> carried() {
    return List.of();
  }

  /**
   * Everything else: headers, pickles, directories; nothing unless a format says so.
   *
   * @param crcs the CRC-32 of every tensor's bytes
   */
  default List<Piece> structure(Map<TargetTensor, Long> crcs) {
    return List.of();
  }

  /** A file to write. */
  record OutputFile(String path, long size) {
    /** Bytes of all together. */
    public static long bytes(List<OutputFile> files) {
      return files.stream().mapToLong(OutputFile::size).reduce(0, Math::addExact);
    }
  }

  /** A position in one of the files. */
  record Place(int file, long offset) {}

  /** Bytes carried over. */
  record CarriedMember(String member, ByteSource bytes, Place place) {}

  /** Bytes made by us, small. */
  record Piece(Place place, byte[] bytes) {}

  /** Size of all files together. */
  default long size() {
    return OutputFile.bytes(files());
  }
}
