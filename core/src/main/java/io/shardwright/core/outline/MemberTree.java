package io.shardwright.core.outline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Members as a tree of folders. Folders of many files are summed up. */
public final class MemberTree {
  private static final int MOST_ENTRIES = 12;
  private static final int MOST_DEPTH = 4;

  /**
   * A line of the tree.
   *
   * @param depth of the folder it is in, from 0
   * @param last whether it is its folder's last
   * @param open for each folder around it, outermost first, whether more of that folder's entries
   *     follow
   * @param name of a file, a folder (with a slash), or a count of what is not shown
   * @param bytes together
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
   * Lays members out.
   *
   * @param members in any order; the order is kept within folders
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
