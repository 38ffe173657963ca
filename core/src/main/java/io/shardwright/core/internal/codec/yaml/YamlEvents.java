package io.shardwright.core.internal.codec.yaml;

import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.parser.Parser;

/**
 * Counts the nodes, aliases and levels of a document against the limits before any of it is kept.
 */
final class YamlEvents {
  /** What the library keeps for a node: its marks, its tag, its tuple. */
  private static final int COST = 400;

  private final Guard guard;
  private final String where;
  private long nodes;
  private long depth;
  private long aliases;

  private YamlEvents(Guard guard, String where) {
    this.guard = guard;
    this.where = where;
  }

  /**
   * Refuses a document that is over a limit.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException naming the limit
   */
  static void require(Parser parser, String text, Guard guard, String where) {
    var events = new YamlEvents(guard, where);
    events.requireShortWords(text);
    while (parser.peekEvent() != null) {
      events.see(parser.getEvent());
    }
  }

  private void requireShortWords(String text) {
    long allowed = guard.limit(Limit.YAML_WORD);
    long start = 0;
    for (int at = 0; at < text.length(); at++) {
      if (text.charAt(at) <= ' ') {
        start = at + 1;
      }
      if (at + 1 - start > allowed) {
        throw Guard.over(Limit.YAML_WORD, at + 1 - start, allowed, where);
      }
    }
  }

  private void see(Event event) {
    if (event instanceof AliasEvent) {
      guard.require(Limit.YAML_ALIASES, ++aliases, where);
    } else if (event instanceof ScalarEvent || event instanceof CollectionStartEvent) {
      guard.require(Limit.YAML_NODES, ++nodes, where);
      guard.take(COST, where);
    }
    if (event instanceof CollectionStartEvent) {
      guard.require(Limit.YAML_DEPTH, ++depth, where);
    } else if (event instanceof CollectionEndEvent) {
      depth--;
    }
  }
}
