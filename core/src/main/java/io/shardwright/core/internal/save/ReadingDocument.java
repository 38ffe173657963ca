package io.shardwright.core.internal.save;

import io.shardwright.core.internal.open.Sources.Given;
import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.Limits;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import java.util.Locale;

/** How sources are read, as a document: adapters, limits and what is done with odd files. */
final class ReadingDocument {
  private ReadingDocument() {}

  static Obj of(ReadPolicy policy, Given given) {
    var document =
        Obj.empty()
            .put("adapter_paths", Saved.paths(given.adapterPaths()))
            .put("family_files", Saved.paths(given.familyFiles()));
    given.family().ifPresent(id -> document.put("family", new Str(id)));
    var limits = Obj.empty();
    for (Limit limit : Limit.values()) {
      if (policy.limits().get(limit) != limit.standard()) {
        limits.put(key(limit), Num.of(policy.limits().get(limit)));
      }
    }
    return document
        .put("limits", limits)
        .put("unknown_globals", new Str(policy.unknownGlobals().name()))
        .put("follow_links", new Bool(policy.followLinks()));
  }

  private static String key(Limit limit) {
    return limit.name().toLowerCase(Locale.ROOT);
  }

  static ReadPolicy policy(Saved saved) {
    var limits = Limits.STANDARD;
    Saved given = saved.requiredPart("limits");
    for (Limit limit : Limit.values()) {
      var value = given.count(key(limit));
      if (value.isPresent()) {
        limits = limits.with(limit, value.getAsLong());
      }
    }
    given.requireAll();
    var unknown = saved.word("unknown_globals", ReadPolicy.UnknownGlobals.class);
    return new ReadPolicy(
        limits, unknown.orElse(ReadPolicy.UnknownGlobals.KEEP), saved.flag("follow_links"));
  }

  static Given given(Saved saved) {
    return new Given(
        saved.pathList("adapter_paths"), saved.pathList("family_files"), saved.text("family"));
  }
}
