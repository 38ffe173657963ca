package io.shardwright.core.report;

import io.shardwright.core.outline.Band;
import io.shardwright.core.outline.Band.Part;
import io.shardwright.core.outline.Panel;
import io.shardwright.core.outline.PlanOutline;
import io.shardwright.core.outline.TensorPicture;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Typical tensors of this model, with the rows or columns that each rank gets. */
record CutSection(PlanOutline outline) {
  void write(Markup page) {
    if (outline.pictures().isEmpty()) {
      return;
    }
    page.in("section").leaf("h2", "How tensors are cut");
    page.leaf(
        "p",
        "One of each kind, from this plan: on one side how the tensor is stored in the source, on"
            + " the other in the target. Lengths along the cut are to scale; colours and numbers"
            + " are tensor-parallel ranks.",
        "class",
        "note");
    legend(page);
    page.in("div", "class", "pictures");
    outline.pictures().forEach(picture -> figure(page, picture));
    page.end();
    new KindTable(outline.kinds()).write(page);
    page.end();
  }

  private void legend(Markup page) {
    TensorPicture first = outline.pictures().get(0);
    page.in("p", "class", "legend");
    page.text(first.byTarget() ? "Target's ranks: " : "Source's ranks: ");
    IntStream.range(0, Math.min(first.ranks(), Palette.COLOURS))
        .forEach(
            rank ->
                page.in("span", "class", "key")
                    .leaf("i", "", "style", "background: " + Palette.rank(rank))
                    .text(ranks(rank, first.ranks()))
                    .end());
    page.end();
  }

  /** All ranks of a colour. */
  private static String ranks(int rank, int ranks) {
    int second = rank + Palette.COLOURS;
    return "TP "
        + rank
        + (second < ranks ? ", " + second : "")
        + (second + Palette.COLOURS < ranks ? ", …" : "");
  }

  private static void figure(Markup page, TensorPicture picture) {
    page.in("figure", "class", "picture");
    page.in("figcaption").leaf("strong", title(picture)).text(" ").name(picture.name()).end();
    new CutDrawing(picture, description(picture)).write(page);
    page.leaf("p", note(picture) + most(picture), "class", "note").end();
  }

  private static String title(TensorPicture picture) {
    return switch (picture.kind()) {
      case FUSED_QKV -> "Queries, keys and values";
      case ATTENTION -> "Attention, cut over heads";
      case EXPERTS -> "Experts of a layer";
      case GATED_MLP -> "Gated MLP: gate and up";
      case MLP_IN -> "MLP, first matrix";
      case MLP_OUT -> "MLP, last matrix";
      case VOCABULARY -> "Word embeddings";
    };
  }

  private static String most(TensorPicture picture) {
    int panels = Math.max(picture.before().size(), picture.after().size());
    int most = CutDrawing.MOST_PANELS;
    return panels > most ? " Of " + panels + " the first " + most + " are drawn." : "";
  }

  private static String note(TensorPicture picture) {
    return switch (picture.kind()) {
      case FUSED_QKV -> groups(picture);
      case GATED_MLP ->
          "Two matrices in one, each cut separately, so that every rank has a piece of both."
              + (count(picture.before(), Part.PLAIN) == 0
                  ? ""
                  : " In the source their rows or columns alternate.");
      case ATTENTION -> "Rows are cut, whole heads for each rank.";
      case EXPERTS ->
          "Blocks of whole experts for each expert-parallel rank; colours are these ranks.";
      case MLP_IN -> "Output features are cut: rows.";
      case MLP_OUT -> "Input features are cut: columns.";
      case VOCABULARY -> padding(picture);
    };
  }

  private static String groups(TensorPicture picture) {
    long groups = bands(picture.after()).mapToInt(Band::group).distinct().count();
    long keys = count(picture.after(), Part.KEY);
    long queries = count(picture.after(), Part.QUERY);
    String shape =
        keys == queries
            ? " heads, each with a query, a key and a value. A head"
            : " groups of "
                + queries / Math.max(1, keys)
                + " query heads with a key and a value"
                + " head each. A group";
    return groups + shape + " is never cut, so the ranks must divide " + groups + ".";
  }

  private static long count(List<Panel> panels, Part part) {
    return bands(panels).filter(b -> b.part() == part).mapToLong(b -> b.to() - b.from()).sum();
  }

  private static Stream<Band> bands(List<Panel> panels) {
    return panels.stream().flatMap(panel -> panel.bands().stream());
  }

  private static String padding(TensorPicture picture) {
    long padded = count(picture.after(), Part.PADDING);
    long dropped = count(picture.before(), Part.PADDING);
    return padded > 0
        ? "Rows are cut. The hatched " + padded + " are padding: zeros that belong to no token."
        : dropped > 0
            ? "The hatched " + dropped + " rows are padding, which the target doesn't have."
            : "Rows are cut; there is no padding.";
  }

  /** For those who hear the page. */
  private static String description(TensorPicture picture) {
    var text = new StringBuilder();
    text.append(title(picture)).append(". Before: ");
    picture
        .before()
        .forEach(p -> text.append(p.tensor()).append(' ').append(p.shape()).append("; "));
    text.append("after: ");
    picture.after().stream()
        .limit(CutDrawing.MOST_PANELS)
        .forEach(p -> text.append(p.where()).append(' ').append(p.shape()).append("; "));
    return text.toString();
  }
}
