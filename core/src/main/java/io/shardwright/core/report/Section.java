package io.shardwright.core.report;

/** A part of the page. */
@FunctionalInterface
interface Section {
  /** Writes itself; nothing where it has nothing to say. */
  void write(Markup page);
}
