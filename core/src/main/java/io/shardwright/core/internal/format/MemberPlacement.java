package io.shardwright.core.internal.format;

import io.shardwright.core.internal.codec.tar.TarLayout;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The placement of members in files: all in one tar file, or each in a file of its own.
 *
 * @param starts of every member
 * @param structure what stands between the members
 */
public record MemberPlacement(
    List<OutputFile> files, Map<String, Place> starts, List<Piece> structure) {

  /** All in one tar file. */
  public static MemberPlacement archive(Map<String, Long> sizes) {
    TarLayout layout = TarLayout.of(sizes);
    var starts = new LinkedHashMap<String, Place>();
    sizes.keySet().forEach(name -> starts.put(name, new Place(0, layout.dataOffset(name))));
    var pieces =
        layout.pieces().stream()
            .map(chunk -> new Piece(new Place(0, chunk.offset()), chunk.bytes()))
            .toList();
    return new MemberPlacement(List.of(new OutputFile("", layout.size())), starts, pieces);
  }

  /** Each in a file of its own. */
  public static MemberPlacement folder(Map<String, Long> sizes) {
    var files = new ArrayList<OutputFile>();
    var starts = new LinkedHashMap<String, Place>();
    sizes.forEach(
        (name, size) -> {
          starts.put(name, new Place(files.size(), 0));
          files.add(new OutputFile(name, size));
        });
    return new MemberPlacement(files, starts, List.of());
  }

  /** A position within a member. */
  public Place within(String member, long offset) {
    Place start = starts.get(member);
    return new Place(start.file(), Math.addExact(start.offset(), offset));
  }
}
