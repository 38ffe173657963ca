package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.FileSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The members of a checkpoint, whether they lie in an archive or in a folder. */
public interface Members extends AutoCloseable {
  /** One member; folders are not listed. */
  record Member(String name, long size) {}

  /** All members in the archive's order, or by name. */
  List<Member> list();

  /** The same for people. */
  default List<io.shardwright.core.outline.Member> outline() {
    return list().stream()
        .map(member -> new io.shardwright.core.outline.Member(member.name(), member.size()))
        .toList();
  }

  /** A member's bytes, read in place. */
  Optional<ByteSource> open(String name);

  /** Size of everything on disk. */
  long fileBytes();

  /** The files that are open. */
  Collection<FileSource> opened();

  /** Things a user should know, such as that an archive had to be unpacked first. */
  List<String> notes();

  @Override
  void close();
}
