package io.shardwright.core.outline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lays out the files of a checkpoint as a tree of folders; folders of many files are summed up. */
public final class MemberTree {
  private static final int MOST_ENTRIES = 12;
  private static final int MOST_DEPTH = 4;

  /**
   * A line of the tree.
   *
   * @param depth number of folders around the entry, from 0
   * @param last whether the entry is the last of its folder
   * @param open for each folder around it, outermost first, whether more entries follow it in the
   *     folder that holds it
   * @param name the name of a file or of a folder (with a slash), or the number of files that are
   *     not shown
   * @param bytes the size of the file, or of all files in the folder, in bytes
   */
  public record Line(int depth, boolean last, List<Boolean> open, String name, long bytes) {}

  private static final class Node {
    private final Map<String, Node> children = new LinkedHashMap<>();
    private long bytes;
    private long files;
  }

  private final List<Line> lines = new ArrayList<>();

  private MemberTree() {}

  /**
   * Lays out files as a tree.
   *
   * @param members the files, in any order, which is kept within folders
   * @return lines from top to bottom
   */
  public static List<Line> lines(List<Member> members) {
    var root = new Node();
    members.forEach(member -> add(root, member));
    var tree = new MemberTree();
    tree.walk(root, List.of());
    return tree.lines;
  }

  private static void add(Node root, Member member) {
    Node at = root;
    String[] names = member.name().split("/", MOST_DEPTH);
    for (String name : names) {
      at.bytes += member.bytes();
      at.files++;
      at = at.children.computeIfAbsent(name, n -> new Node());
    }
    at.bytes += member.bytes();
    at.files++;
  }

  private void walk(Node folder, List<Boolean> open) {
    var names = List.copyOf(folder.children.keySet());
    boolean all = names.size() <= MOST_ENTRIES;
    var shown = all ? names : names.subList(0, MOST_ENTRIES - 1);
    for (String name : shown) {
      Node child = folder.children.get(name);
      boolean last = all && name.equals(names.get(names.size() - 1));
      boolean leaf = child.children.isEmpty();
      lines.add(new Line(open.size(), last, open, leaf ? name : name + "/", child.bytes));
      var inner = new ArrayList<>(open);
      inner.add(!last);
      walk(child, List.copyOf(inner));
    }
    if (!all) {
      var rest = names.subList(MOST_ENTRIES - 1, names.size());
      long files = rest.stream().mapToLong(name -> folder.children.get(name).files).sum();
      long bytes = rest.stream().mapToLong(name -> folder.children.get(name).bytes).sum();
      lines.add(new Line(open.size(), true, open, "and " + files + " more files", bytes));
    }
  }
}
