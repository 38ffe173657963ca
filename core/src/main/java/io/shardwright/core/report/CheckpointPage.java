package io.shardwright.core.report;

import io.shardwright.core.Checkpoint;
import io.shardwright.core.CheckpointSummary;
import io.shardwright.core.PickleImport;
import io.shardwright.core.Verification;
import io.shardwright.core.outline.ByteSize;
import io.shardwright.core.outline.CheckpointOutline;
import io.shardwright.core.outline.OptimizerOutline;
import io.shardwright.spi.error.Remedy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A page of HTML that shows a checkpoint: its files, configuration, ranks and tensors, where its
 * bytes are and, after all values were read, how they are distributed. Immutable: methods that add
 * to it return a copy.
 */
public final class CheckpointPage implements HtmlPage {
  /** What is read of a checkpoint while it is open. */
  private record Held(
      CheckpointSummary summary,
      CheckpointOutline outline,
      Inventory inventory,
      Map<String, String> configuration,
      List<PickleImport> imports) {}

  private final Held held;
  private final Optional<Verification> values;
  private final Frame frame;
  private final Function<Remedy, String> words;

  private CheckpointPage(
      Held held, Optional<Verification> values, Frame frame, Function<Remedy, String> words) {
    this.held = held;
    this.values = values;
    this.frame = frame;
    this.words = words;
  }

  /**
   * Makes a page that shows a checkpoint.
   *
   * @param checkpoint an open checkpoint, which may be closed afterwards
   * @return a page without values, command and version
   */
  public static CheckpointPage of(Checkpoint checkpoint) {
    var held =
        new Held(
            checkpoint.summary(),
            checkpoint.outline(),
            Inventory.of(checkpoint),
            checkpoint.configuration(),
            checkpoint.pickleImports());
    return new CheckpointPage(held, Optional.empty(), Frame.NONE, Remedy::toString);
  }

  /**
   * Adds the distribution of the values.
   *
   * @param found the result of a verification with {@link Verification.Detail#VALUES} and {@link
   *     Verification.Detail#STATISTICS}
   * @return a copy with the values
   */
  public CheckpointPage values(Verification found) {
    return new CheckpointPage(held, Optional.of(found), frame, words);
  }

  /**
   * Adds the program's version and the command that makes the page again.
   *
   * @param command the words of the command line, the program first; empty for none
   * @param version the program's name and version
   * @return a copy with both
   */
  public CheckpointPage madeBy(List<String> command, String version) {
    return new CheckpointPage(held, values, new Frame(List.copyOf(command), version), words);
  }

  /**
   * Sets how the page words the remedies in its notes; by default in the words of the API.
   *
   * @param wording the wording of a remedy, such as an option of the command line
   * @return a copy with that wording
   */
  public CheckpointPage saying(Function<Remedy, String> wording) {
    return new CheckpointPage(held, values, frame, wording);
  }

  private String name() {
    return String.valueOf(held.summary().path().toAbsolutePath().normalize().getFileName());
  }

  @Override
  public String html() {
    return frame.around(name(), this::sections);
  }

  private void sections(Markup page) {
    header(page);
    notes(page);
    new SizeSection(held.inventory(), held.summary().weightBytes()).write(page);
    held.outline()
        .grid()
        .ifPresent(
            grid -> {
              page.in("section").leaf("h2", "Ranks").in("div", "class", "scroll");
              new RankTable(grid).write(page);
              page.end().end();
            });
    values.ifPresent(found -> new ValueSection(found.tensors()).write(page));
    new TensorSection(held.inventory()).write(page);
    new FactSection(held.outline(), held.configuration(), held.imports()).write(page);
  }

  private void header(Markup page) {
    page.in("header").leaf("p", "Checkpoint", "class", "kicker");
    page.in("h1").leaf("span", name(), "class", "name").end();
    page.in("p", "class", "lead").text("Format ").leaf("strong", held.summary().format());
    page.text(", family ").leaf("strong", held.summary().family().orElse("unknown"));
    page.text(", " + held.summary().grid().toString().replace(", ", " × "));
    held.summary().target().ifPresent(target -> page.text(", class ").name(target));
    page.text(".").end();
    figures(page);
    page.end();
  }

  private void figures(Markup page) {
    long parameters = held.summary().parameters().values().stream().mapToLong(count -> count).sum();
    page.in("dl", "class", "figures");
    figure(page, "Parameters", compact(parameters), types());
    figure(page, "Tensors", count(held.summary().storedTensors()), "stored");
    figure(
        page,
        "Weights",
        ByteSize.text(held.summary().weightBytes()),
        exact(held.summary().weightBytes()));
    figure(
        page,
        "Files",
        ByteSize.text(held.summary().fileBytes()),
        exact(held.summary().fileBytes()));
    held.outline().optimizer().ifPresent(optimizer -> optimizer(page, optimizer));
    page.end();
  }

  private void optimizer(Markup page, OptimizerOutline optimizer) {
    var words = new ArrayList<String>();
    optimizer.kind().ifPresent(words::add);
    optimizer.step().ifPresent(step -> words.add("step " + count(step)));
    words.addAll(optimizer.states());
    String size = optimizer.states().isEmpty() ? "not read" : ByteSize.text(optimizer.bytes());
    figure(page, "Optimizer", size, String.join(", ", words));
  }

  private String types() {
    return held.summary().parameters().entrySet().stream()
        .map(entry -> entry.getKey().torchName() + " " + count(entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String compact(long number) {
    if (number < 1_000_000) {
      return count(number);
    }
    boolean billions = number >= 1_000_000_000;
    return String.format(
        Locale.ROOT, billions ? "%.2f B" : "%.2f M", number / (billions ? 1e9 : 1e6));
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String exact(long bytes) {
    return count(bytes) + " bytes";
  }

  private static void figure(Markup page, String name, String value, String note) {
    page.in("div").leaf("dt", name).leaf("dd", value).leaf("dd", note, "class", "note").end();
  }

  private void notes(Markup page) {
    var notes = new ArrayList<>(held.summary().notes(words));
    values.ifPresent(found -> notes.addAll(found.notes(words)));
    held.summary()
        .unreadable()
        .forEach(tensor -> notes.add(tensor.file() + ": " + tensor + ", which is not read"));
    if (!notes.isEmpty()) {
      page.in("section", "class", "warning").leaf("h2", "Notes").in("ul");
      notes.stream().distinct().forEach(note -> page.leaf("li", note));
      page.end().end();
    }
  }
}
