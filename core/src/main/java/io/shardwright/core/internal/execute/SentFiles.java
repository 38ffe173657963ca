package io.shardwright.core.internal.execute;

import java.nio.ByteBuffer;
import java.util.Set;

/**
 * The files of a target in an object store: parts of them are sent, in any order and by several
 * threads or processes, and nobody sees any of it before all of them are completed.
 */
public interface SentFiles {
  /**
   * A range of a file that is sent at once.
   *
   * @param file its number in the layout
   * @param number from 1 on, in the file's order
   * @param start the first byte
   * @param end behind the last byte
   */
  record Part(int file, int number, long start, long end) {
    /** Bytes of it. */
    public int size() {
      return Math.toIntExact(end - start);
    }
  }

  /** The shortest part that the store takes, but for a file's last. */
  int smallestPart();

  /** How many parts the store takes of a file. */
  int mostParts();

  /**
   * Sends a part.
   *
   * @param crc the CRC-32 of its bytes
   * @throws io.shardwright.spi.error.CheckpointException if the store can't take it
   */
  void send(Part part, ByteBuffer bytes, long crc);

  /** Says that another process has sent a part. */
  void sent(Part part, long crc);

  /** Puts a part aside whose checksums are not known yet. */
  void putAside(Part part, ByteBuffer bytes);

  /** Fills a buffer with what was put aside. */
  void fetch(Part part, ByteBuffer into);

  /** Says which files hold no tensor: they say what the others are, and appear last. */
  void makeLast(Set<Integer> files);
}
