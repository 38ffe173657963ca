package io.shardwright.core.internal.codec.yaml;

import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/** Resolves the types of plain scalars by YAML 1.1 as OmegaConf does: dates stay text. */
final class PlainResolver extends Resolver {
  /** No number, truth value or null is longer; the patterns for them recurse. */
  static final int LONGEST = 256;

  @Override
  public Tag resolve(NodeId kind, String value, boolean implicit) {
    boolean tooLong = kind == NodeId.scalar && implicit && value.length() > LONGEST;
    return tooLong ? Tag.STR : super.resolve(kind, value, implicit);
  }

  @Override
  protected void addImplicitResolvers() {
    addImplicitResolver(Tag.BOOL, BOOL, "yYnNtTfFoO");
    addImplicitResolver(Tag.INT, PlainNumber.INTEGER, "-+0123456789");
    addImplicitResolver(Tag.FLOAT, PlainNumber.REAL, "-+0123456789.");
    addImplicitResolver(Tag.MERGE, MERGE, "<");
    addImplicitResolver(Tag.NULL, NULL, "~nN\0");
    addImplicitResolver(Tag.NULL, EMPTY, null);
  }
}
