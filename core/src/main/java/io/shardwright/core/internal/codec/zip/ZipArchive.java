package io.shardwright.core.internal.codec.zip;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.LinkedHashMap;
import java.util.Map;

/** An open zip whose entries hold tensors. */
public final class ZipArchive {
  private final ZipContent content;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private ZipArchive(ByteSource source, Guard guard) {
    content = new ZipContent(source, guard);
    ZipIndex.read(source, guard)
        .members()
        .forEach(member -> entries.put(member.name(), new Entry(member)));
  }

  /**
   * Reads the directory.
   *
   * @throws MalformedCheckpointException if it is no zip or a damaged one
   */
  public static ZipArchive open(ByteSource source, Guard guard) {
    return new ZipArchive(source, guard);
  }

  /** Its files, by name. */
  public Map<String, Entry> entries() {
    return entries;
  }

  /** A file in a zip. A deflated one is unpacked when it is first asked for, and kept. */
  public final class Entry {
    private final ZipMember member;
    private ByteSource bytes;

    private Entry(ZipMember member) {
      this.member = member;
    }

    /** Number of bytes, unpacked. */
    public long size() {
      return member.size();
    }

    /** The CRC-32 that the directory states. */
    public long crc() {
      return member.crc();
    }

    public synchronized ByteSource bytes() {
      if (bytes == null) {
        bytes = content.storage(member);
      }
      return bytes;
    }

    /**
     * Reads it and compares it with its checksum.
     *
     * @throws MalformedCheckpointException if it is damaged
     */
    public void requireIntact() {
      ZipContent.requireIntact(bytes(), member);
    }
  }
}
