package io.shardwright.bench.report;

import io.shardwright.bench.measure.Reading.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What has been measured so far. */
public final class Results {
  private final List<Figure> figures = new ArrayList<>();
  private final Map<String, List<Sample>> courses = new LinkedHashMap<>();

  /** Adds a figure. */
  public void add(Figure figure) {
    figures.add(figure);
  }

  /** Adds resident memory over the time of a run. */
  public void addCourse(String name, List<Sample> samples) {
    courses.put(name, samples);
  }

  /** All figures. */
  public List<Figure> figures() {
    return List.copyOf(figures);
  }

  List<Figure> of(Group group) {
    return figures.stream().filter(figure -> figure.group() == group).toList();
  }

  Map<String, List<Sample>> courses() {
    return courses;
  }

  /** Figures that exceed their limits. */
  public List<Figure> missed() {
    return figures.stream().filter(figure -> !figure.holds()).toList();
  }
}
