package io.shardwright.cli;

import io.shardwright.core.Checkpoint;
import io.shardwright.core.CheckpointSummary;
import io.shardwright.core.PickleImport;
import io.shardwright.core.StoredTensor;
import io.shardwright.core.outline.CutTensor;
import io.shardwright.core.outline.GridTable;
import io.shardwright.core.outline.MemberTree;
import io.shardwright.core.outline.OptimizerOutline;
import io.shardwright.core.outline.Tokenizer;
import io.shardwright.spi.ParameterRule.Cut;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A checkpoint as a person wants to see it. */
final class CheckpointText {
  private static final int KEY = 11;
  private static final int WIDTH = 80;
  private static final int LONGEST_NAME = 56;

  private final Checkpoint checkpoint;
  private final CheckpointSummary summary;
  private final Style style;
  private final List<String> lines = new ArrayList<>();

  CheckpointText(Checkpoint checkpoint, Style style) {
    this.checkpoint = checkpoint;
    this.summary = checkpoint.summary();
    this.style = style;
  }

  List<String> lines() {
    return lines;
  }

  /** What it is, the grid and the files. */
  CheckpointText facts() {
    line("file", summary.path() + ", " + Sizes.bytes(summary.fileBytes()));
    line("format", summary.format());
    line("family", summary.family().orElse("unknown"));
    line("target", summary.target().orElse("none"));
    line("NeMo", summary.nemoVersion().orElse("unknown"));
    var outline = checkpoint.outline();
    line("grid", summary.grid().toString().replace(", ", " x "));
    if (summary.naming().isPresent() && summary.layout().isPresent()) {
      String naming = OutlineFields.word(summary.naming().get());
      line("weights as", naming + " naming, " + OutlineFields.word(summary.layout().get()));
    }
    line("parameters", Sizes.count(CheckpointFields.parameters(summary)) + types());
    line("weights", Sizes.count(summary.storedTensors()) + " tensors, " + bytes());
    if (!summary.unreadable().isEmpty()) {
      line("not read", Sizes.count(summary.unreadable().size()) + " tensors; see the notes");
    }
    String key = "model";
    for (String facts : ModelFacts.lines(outline.facts())) {
      line(key, facts);
      key = "";
    }
    outline.optimizer().ifPresent(this::optimizer);
    outline.tokenizer().ifPresent(this::tokenizer);
    outline.grid().ifPresent(grid -> section(GridTable.lines(grid, WIDTH)));
    tree(MemberTree.lines(outline.members()));
    return this;
  }

  private String bytes() {
    return Sizes.bytes(summary.weightBytes());
  }

  private String types() {
    return summary.parameters().entrySet().stream()
        .map(entry -> entry.getKey().torchName() + " " + Sizes.count(entry.getValue()))
        .collect(Collectors.joining(", ", " (", ")"));
  }

  private void line(String key, String value) {
    String label = String.format(Locale.ROOT, "%-" + KEY + "s", key);
    lines.add(style.faint(label) + " " + Screen.safe(value));
  }

  private void section(List<String> table) {
    lines.add("");
    lines.add(style.strong(table.get(0)));
    table.subList(1, table.size()).forEach(row -> lines.add(style.keyed(row, KEY)));
  }

  private void optimizer(OptimizerOutline optimizer) {
    var words = new ArrayList<String>();
    optimizer.kind().ifPresent(words::add);
    optimizer.step().ifPresent(step -> words.add("step " + Sizes.count(step)));
    optimizer.consumedSamples().ifPresent(samples -> words.add(Sizes.count(samples) + " samples"));
    words.addAll(optimizer.states());
    words.add(optimizer.states().isEmpty() ? "not read" : Sizes.bytes(optimizer.bytes()));
    line("optimizer", String.join(", ", words));
  }

  private void tokenizer(Tokenizer tokenizer) {
    var words = new ArrayList<String>();
    tokenizer.library().ifPresent(words::add);
    tokenizer.type().ifPresent(words::add);
    tokenizer.pieces().ifPresent(pieces -> words.add(Sizes.count(pieces) + " pieces"));
    tokenizer
        .files()
        .forEach(
            file ->
                words.add(
                    file.name()
                        + (file.bytes().isPresent()
                            ? " (" + Sizes.bytes(file.bytes().getAsLong()) + ")"
                            : " (not in the checkpoint)")));
    line("tokenizer", String.join(", ", words));
  }

  private void tree(List<MemberTree.Line> tree) {
    if (tree.isEmpty()) {
      return;
    }
    lines.add("");
    lines.add(style.strong("members"));
    var names = tree.stream().map(CheckpointText::branch).toList();
    int width =
        names.stream()
            .mapToInt(String::length)
            .filter(n -> n <= LONGEST_NAME)
            .max()
            .orElse(LONGEST_NAME);
    for (int i = 0; i < tree.size(); i++) {
      String size = Sizes.bytes(tree.get(i).bytes());
      lines.add(String.format(Locale.ROOT, "%-" + width + "s  ", names.get(i)) + style.faint(size));
    }
  }

  private static String branch(MemberTree.Line line) {
    var text = new StringBuilder();
    line.open().forEach(open -> text.append(open ? "│  " : "   "));
    return text.append(line.last() ? "└─ " : "├─ ").append(Screen.safe(line.name())).toString();
  }

  /** A sentence for each tensor that is not read. */
  static List<String> unreadable(CheckpointSummary summary) {
    return summary.unreadable().stream()
        .map(tensor -> tensor.file() + ": " + tensor + ", which is not read")
        .toList();
  }

  /** Every stored tensor, file by file. */
  CheckpointText tensors() {
    Map<String, List<StoredTensor>> files = new LinkedHashMap<>();
    checkpoint
        .tensors()
        .forEach(t -> files.computeIfAbsent(t.file(), f -> new ArrayList<>()).add(t));
    files.forEach(this::file);
    return this;
  }

  private void file(String file, List<StoredTensor> tensors) {
    long bytes = tensors.stream().mapToLong(t -> t.spec().byteSize()).sum();
    lines.add("");
    lines.add(
        style.strong(Screen.safe(file))
            + style.faint("  " + tensors.size() + " tensors, " + Sizes.bytes(bytes)));
    int width =
        tensors.stream().mapToInt(t -> t.spec().shape().toString().length()).max().orElse(0);
    for (StoredTensor tensor : tensors) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-9s %-" + width + "s %s",
              tensor.spec().dtype().torchName(),
              tensor.spec().shape(),
              Screen.safe(tensor.spec().name())));
    }
  }

  /** Every tensor as the model means it. */
  CheckpointText logical() {
    var tensors = checkpoint.outline().tensors();
    int shape = tensors.stream().mapToInt(t -> t.shape().toString().length()).max().orElse(0);
    int shard = tensors.stream().mapToInt(t -> t.shard().toString().length()).max().orElse(0);
    lines.add("");
    String format = "  %-9s %-" + Math.max(5, shape) + "s %-" + Math.max(5, shard) + "s %-10s %s";
    lines.add(
        style.faint(String.format(Locale.ROOT, format, "type", "whole", "shard", "cut", "name")));
    for (CutTensor tensor : tensors) {
      lines.add(
          String.format(
              Locale.ROOT,
              format,
              tensor.dtype().torchName(),
              tensor.shape(),
              tensor.shard(),
              cut(tensor),
              Screen.safe(tensor.name())));
    }
    return this;
  }

  private static String cut(CutTensor tensor) {
    String parts = tensor.parts() > 1 ? " x " + tensor.parts() : "";
    return (tensor.cut() == Cut.REPLICATED ? "-" : OutlineFields.word(tensor.cut())) + parts;
  }

  /** The names that its pickles mention. */
  CheckpointText imports() {
    for (PickleImport found : checkpoint.pickleImports()) {
      String what = found.name() + " " + found.effect() + " (" + found.file() + ")";
      String meaning = CheckpointFields.meaning(found);
      lines.add(String.format(Locale.ROOT, "%-11s %s", meaning, Screen.safe(what)));
      found.calls().forEach(call -> lines.add("            here: " + Screen.safe(call)));
    }
    return this;
  }
}
