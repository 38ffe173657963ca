package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.bytes.FolderLinks;
import io.shardwright.core.internal.bytes.ReadFailure;
import io.shardwright.core.internal.format.UnfinishedMarker;
import io.shardwright.core.internal.format.nemo.Members.Member;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The members of a folder that holds the files of a {@code .nemo} archive. */
public final class FolderMembers implements Members {
  private static final int COST = 400;

  private final Path folder;
  private final Guard guard;
  private long listed;
  private final String name;
  private final List<Member> members;
  private final Set<String> names;
  private final Map<String, FileSource> opened = new LinkedHashMap<>();

  /** Lists a folder. */
  public FolderMembers(Path folder, Guard guard) {
    this.folder = folder;
    this.guard = guard;
    this.name = folder.getFileName() == null ? folder.toString() : folder.getFileName().toString();
    try (var walk = Files.walk(folder, (int) guard.limit(Limit.PATH_DEPTH))) {
      members =
          walk.filter(Files::isRegularFile)
              .map(this::member)
              .sorted(java.util.Comparator.comparing(Member::name))
              .toList();
      names = members.stream().map(Member::name).collect(Collectors.toSet());
    } catch (IOException failure) {
      throw ReadFailure.of(name, "listed", failure);
    } catch (UncheckedIOException failure) {
      throw ReadFailure.of(name, "listed", failure.getCause());
    }
  }

  private Member member(Path file) {
    guard.require(Limit.ENTRIES, ++listed, name);
    guard.take(COST, name);
    FolderLinks.require(file, guard, name);
    try {
      String relative = folder.relativize(file).toString().replace('\\', '/');
      return new Member(relative, Files.size(file));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public List<Member> list() {
    return members;
  }

  @Override
  public Optional<ByteSource> open(String member) {
    if (!names.contains(member)) {
      return Optional.empty();
    }
    return Optional.of(
        opened.computeIfAbsent(member, m -> new FileSource(folder.resolve(m), name + "/" + m)));
  }

  @Override
  public long fileBytes() {
    return members.stream().mapToLong(Member::size).sum();
  }

  @Override
  public Collection<FileSource> opened() {
    return opened.values();
  }

  @Override
  public List<String> notes() {
    return new UnfinishedMarker(folder).notes();
  }

  @Override
  public void close() {
    opened.values().forEach(FileSource::close);
  }
}
