package io.shardwright.core.internal.save;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.internal.bytes.Absence;
import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.execute.RunIdentity;
import io.shardwright.core.internal.execute.TargetLayout;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.open.Sources;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.registry.AdapterJars;
import io.shardwright.core.internal.registry.FileNames;
import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A plan as a document, which {@code docs/plans.md} describes: the request, the state of every file
 * that was read, and sums of what the plan makes of them. Whoever opens it plans again, which takes
 * headers alone, and compares: so it holds no step, is small, and can't say anything that the
 * sources don't.
 *
 * @param object its keys and values
 * @param where the file, for messages
 */
public record PlanDocument(Obj object, String where) {
  private static final String FORMAT = "shardwright_plan";
  private static final int VERSION = 1;

  /** Far more than any has: a hundred thousand files take twenty megabytes. */
  private static final int MOST_BYTES = 256 << 20;

  /**
   * The document of a plan.
   *
   * @param opened every file that was read
   */
  public static PlanDocument of(
      ReshardRequest request,
      Sources sources,
      Collection<FileSource> opened,
      ExecutablePlan plan,
      TargetLayout layout) {
    var target =
        Obj.empty()
            .put("bytes", Num.of(layout.size()))
            .put("tensors", Num.of(plan.targets().count()))
            .put("files", LayoutSums.of(plan, layout))
            .put(
                "steps",
                new Str(RunIdentity.of(plan.steps(), layout, request.run().device().toString())));
    return new PlanDocument(
        Obj.empty()
            .put(FORMAT, Num.of(VERSION))
            .put("program", new Str(RunIdentity.VERSION))
            .put("request", RequestDocument.of(request))
            .put("reading", ReadingDocument.of(sources.policy(), sources.given()))
            .put("sources", SourceSums.of(opened, plan.source().files().tensors()))
            .put("target", target),
        request.target().toString());
  }

  /**
   * Opens a document.
   *
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read or is none
   */
  public static PlanDocument read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new MalformedCheckpointException(
          ErrorCode.SOURCE_MISSING, file.toString(), Absence.of(file, "file"));
    }
    try (InputStream packed = Files.newInputStream(file)) {
      return read(packed, file.toString());
    } catch (IOException unread) {
      throw unpacked(file.toString());
    }
  }

  /**
   * Opens a document.
   *
   * @param packed its bytes
   * @param where its name in messages
   * @throws io.shardwright.spi.error.CheckpointException if it is none
   */
  public static PlanDocument read(InputStream packed, String where) {
    byte[] text;
    try (var unpacked = new GZIPInputStream(packed)) {
      text = unpacked.readNBytes(MOST_BYTES);
    } catch (IOException damaged) {
      throw unpacked(where);
    }
    var guard = new Guard(ReadPolicy.STANDARD);
    try {
      var source = new MemorySource(text, where);
      return new PlanDocument(JsonDocument.parse(source, Limit.JSON_BYTES, guard), source.name())
          .checked();
    } catch (MalformedCheckpointException odd) {
      throw odd.code() == ErrorCode.PLAN_MALFORMED
          ? odd
          : malformed(where, "is not a saved plan: its JSON is malformed");
    }
  }

  private static MalformedCheckpointException unpacked(String where) {
    return malformed(where, "is not gzip-compressed JSON, the form of saved plans");
  }

  private PlanDocument checked() {
    var version = object.get(FORMAT).map(value -> value.asLong().orElse(0)).orElse(0L);
    if (version != VERSION) {
      throw malformed(where, "is not a plan of version " + VERSION);
    }
    return this;
  }

  private static MalformedCheckpointException malformed(String where, String problem) {
    return new MalformedCheckpointException(ErrorCode.PLAN_MALFORMED, where, problem);
  }

  /** The document's bytes: JSON in gzip. */
  public byte[] packed() {
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      gzip.write(JsonDocument.write(object, 1));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /**
   * The request that it is of.
   *
   * @param target another name of the target; empty for the one that it says
   */
  public ReshardRequestBuilder request(Optional<Path> target) {
    try {
      return RequestDocument.read(part("request"), target);
    } catch (IllegalArgumentException odd) {
      throw malformed(where, String.valueOf(odd.getMessage()));
    }
  }

  /** How its sources are to be read. */
  public ReadPolicy policy() {
    return ReadingDocument.policy(part("reading"));
  }

  /** Where adapters are to be looked for. */
  public Sources.Given given() {
    return ReadingDocument.given(part("reading"));
  }

  private Saved part(String key) {
    return whole().requiredPart(key);
  }

  /** Addresses are those of the adapters that it names, which are files. */
  private Saved whole() {
    return new Saved(object, where, new FileNames(this::adapters));
  }

  private ClassLoader adapters() {
    return AdapterJars.over(given().adapterPaths(), PlanDocument.class.getClassLoader());
  }

  /**
   * Refuses another plan than this one.
   *
   * @throws io.shardwright.spi.error.CheckpointException naming the first difference
   */
  public void require(PlanDocument other) {
    new PlanDifference(this, other).refuse();
  }

  /** The same, for so many parts. */
  public PlanDocument in(int parts) {
    return new PlanDocument(object.copy().put("parts", Num.of(parts)), where);
  }

  /** Into how many parts the work is divided; 1 where nobody said. */
  public int parts() {
    return whole().size("parts").orElse(1);
  }

  /** A number that it says of the target. */
  public long target(String key) {
    return part("target").count(key).orElse(0);
  }

  /** A sum of all that it says. */
  public String sum() {
    return ContentHash.sha256(new MemorySource(JsonDocument.compact(object), where));
  }
}
