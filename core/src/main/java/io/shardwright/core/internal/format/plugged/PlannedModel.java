package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.tokenizer.FastTokenizer;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.codec.yaml.YamlTree;
import io.shardwright.core.internal.convert.DialectTables;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.Origin;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Dialects;
import io.shardwright.spi.format.StoredBytes;
import io.shardwright.spi.format.StoredModel;
import io.shardwright.spi.format.WantedModel;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A plan as the format sees it that writes its documents. */
abstract class PlannedModel implements WantedModel {
  private static final int INDENT = 2;

  final ExecutablePlan plan;
  final ModelSource origins;
  private final List<Attachment> attachments;

  /**
   * What is planned for a source.
   *
   * @param attachments the source's, but for those that others were given for
   */
  PlannedModel(ExecutablePlan plan, ModelSource origins, List<Attachment> attachments) {
    this.plan = plan;
    this.origins = origins;
    this.attachments = attachments;
  }

  @Override
  public final String source() {
    return origins.name();
  }

  @Override
  public final YamlDocument config() {
    return plan.changed(origins.config()).completed(plan.source().family().defaults());
  }

  /** The rows of the vocabulary as they are written. */
  final OptionalLong writtenRows() {
    return plan.source().tensors().stream()
        .filter(tensor -> tensor.rule().traits().vocabPadded())
        .flatMap(
            tensor ->
                plan.steps().stream().filter(step -> step.tensor().name().equals(tensor.id())))
        .mapToLong(step -> step.tensor().shape().dim(0))
        .findFirst();
  }

  @Override
  public Optional<StoredModel.Origin> origin() {
    return Origin.of(origins).map(kept -> new StoredModel.Origin(kept.config(), kept.files()));
  }

  @Override
  public Optional<StoredBytes> artifact(String key) {
    String link = plan.config().text(key).orElse("");
    return attachments.stream()
        .filter(attachment -> link.equals("nemo:" + attachment.name()))
        .<StoredBytes>map(file -> new Small(file.bytes(), origins.guard()))
        .findFirst();
  }

  @Override
  public boolean changes(String key) {
    return plan.changes().stream().anyMatch(change -> change.key().equals(key));
  }

  @Override
  public Map<String, Obj> fastTokenizer(byte[] pieces, String where) {
    return FastTokenizer.of(ByteBuffer.wrap(pieces), origins.guard(), where).orElse(Map.of());
  }

  @Override
  public byte[] json(Obj document) {
    byte[] bytes = JsonDocument.write(document, INDENT);
    byte[] line = Arrays.copyOf(bytes, bytes.length + 1);
    line[bytes.length] = '\n';
    return line;
  }

  @Override
  public byte[] yaml(Obj document) {
    return YamlDocument.of(YamlTree.plain(document), origins.guard().anew()).write();
  }

  @Override
  public Dialects dialects() {
    return DialectTables.standard();
  }

  /** A file that is small enough to be read at once. */
  private record Small(ByteSource file, Guard guard) implements StoredBytes {
    @Override
    public String name() {
      return file.name();
    }

    @Override
    public long size() {
      return file.size();
    }

    @Override
    public byte[] read(long offset, long length) {
      guard.require(Limit.STRING_BYTES, length, name());
      guard.take(length, name());
      var bytes = ByteBuffer.allocate(Math.toIntExact(length));
      file.readFully(bytes, offset);
      return bytes.array();
    }
  }
}
