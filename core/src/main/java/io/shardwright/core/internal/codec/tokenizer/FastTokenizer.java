package io.shardwright.core.internal.codec.tokenizer;

import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.tokenizer.SentencePieceModel.Kind;
import io.shardwright.core.internal.codec.tokenizer.SentencePieceModel.Piece;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Converts a SentencePiece BPE model to the {@code tokenizer.json} of the Hugging Face tokenizers
 * library, and the configuration under which transformers 4 and 5 read it alike.
 */
public final class FastTokenizer {
  /** Every cut of a piece is tried, so a piece must not be a book. */
  private static final int LONGEST = 1_024;

  /** Bytes of memory that a piece takes, but for its text. */
  private static final long PIECE = 200;

  /** Bytes of memory that an added token takes, in what is written too. */
  private static final long ADDED = 1_200;

  /** How often the document lies in memory while it is written. */
  private static final long COPIES = 2;

  private static final String SPACE = "\u2581";
  private static final Set<Kind> NO_MERGES = Set.of(Kind.UNKNOWN, Kind.CONTROL, Kind.BYTE);

  private final SentencePieceModel model;
  private final Guard guard;
  private final String where;
  private final Map<String, JsonValue> ids = new LinkedHashMap<>();

  private FastTokenizer(SentencePieceModel model, Guard guard, String where) {
    this.model = model;
    this.guard = guard;
    this.where = where;
    for (int id = 0; id < model.pieces().size(); id++) {
      ids.putIfAbsent(model.pieces().get(id).text(), Num.of(id));
    }
  }

  /**
   * The documents by name; empty where the model is of a kind that has no equal there.
   *
   * @param where the model, for messages
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if they would be over a limit
   */
  public static Optional<Map<String, Obj>> of(ByteBuffer bytes, Guard guard, String where) {
    long pieces = SentencePieceModel.pieces(bytes).orElse(0);
    guard.take(PIECE * pieces + (long) Character.BYTES * bytes.remaining(), where);
    return SentencePieceModel.read(bytes)
        .filter(model -> model.bpe() && model.plain())
        .filter(model -> model.pieces().stream().allMatch(p -> p.text().length() <= LONGEST))
        .map(model -> new FastTokenizer(model, guard, where).documents());
  }

  private Map<String, Obj> documents() {
    var documents = new LinkedHashMap<String, Obj>();
    documents.put("tokenizer.json", tokenizer());
    Obj special = special();
    Obj config =
        Obj.empty()
            .put("add_bos_token", new Bool(true))
            .put("add_eos_token", new Bool(false))
            .put("clean_up_tokenization_spaces", new Bool(false))
            .put("tokenizer_class", new Str("PreTrainedTokenizerFast"));
    special.fields().forEach(config::put);
    documents.put("tokenizer_config.json", config);
    documents.put("special_tokens_map.json", special);
    return documents;
  }

  private Obj special() {
    Obj special = Obj.empty();
    named("<s>").ifPresent(text -> special.put("bos_token", text));
    named("</s>").ifPresent(text -> special.put("eos_token", text));
    model.pieces().stream()
        .filter(piece -> piece.kind() == Kind.UNKNOWN)
        .findFirst()
        .ifPresent(piece -> special.put("unk_token", new Str(piece.text())));
    named("<pad>").ifPresent(text -> special.put("pad_token", text));
    return special;
  }

  private Optional<JsonValue> named(String text) {
    return ids.containsKey(text) ? Optional.of(new Str(text)) : Optional.empty();
  }

  private Obj tokenizer() {
    return Obj.empty()
        .put("version", new Str("1.0"))
        .put("truncation", Null.NULL)
        .put("padding", Null.NULL)
        .put("added_tokens", added())
        .put("normalizer", sequence("normalizers", prepend(), replace(" ", SPACE)))
        .put("pre_tokenizer", Null.NULL)
        .put("post_processor", begins())
        .put(
            "decoder",
            sequence(
                "decoders",
                replace(SPACE, " "),
                typed("ByteFallback"),
                typed("Fuse"),
                typed("Strip")
                    .put("content", new Str(" "))
                    .put("start", Num.of(1))
                    .put("stop", Num.of(0))))
        .put("model", bpe());
  }

  private static Obj typed(String type) {
    return Obj.empty().put("type", new Str(type));
  }

  private static Obj sequence(String key, Obj... parts) {
    return typed("Sequence").put(key, new Arr(List.of(parts)));
  }

  private static Obj prepend() {
    return typed("Prepend").put("prepend", new Str(SPACE));
  }

  private static Obj replace(String pattern, String content) {
    return typed("Replace")
        .put("pattern", Obj.empty().put("String", new Str(pattern)))
        .put("content", new Str(content));
  }

  private Arr added() {
    var added = new ArrayList<JsonValue>();
    for (int id = 0; id < model.pieces().size(); id++) {
      Piece piece = model.pieces().get(id);
      boolean special = piece.kind() == Kind.UNKNOWN || piece.kind() == Kind.CONTROL;
      if (special || piece.kind() == Kind.USER) {
        guard.take(ADDED + COPIES * JsonDocument.bytes(piece.text()), where);
        added.add(
            Obj.empty()
                .put("id", Num.of(id))
                .put("content", new Str(piece.text()))
                .put("single_word", new Bool(false))
                .put("lstrip", new Bool(false))
                .put("rstrip", new Bool(false))
                .put("normalized", new Bool(false))
                .put("special", new Bool(special)));
      }
    }
    return new Arr(added);
  }

  private JsonValue begins() {
    if (!ids.containsKey("<s>")) {
      return Null.NULL;
    }
    Obj begin =
        Obj.empty()
            .put("id", new Str("<s>"))
            .put("ids", new Arr(List.of(ids.get("<s>"))))
            .put("tokens", new Arr(List.of(new Str("<s>"))));
    return typed("TemplateProcessing")
        .put("single", new Arr(List.of(part("SpecialToken", "<s>", 0), part("Sequence", "A", 0))))
        .put(
            "pair",
            new Arr(
                List.of(
                    part("SpecialToken", "<s>", 0),
                    part("Sequence", "A", 0),
                    part("SpecialToken", "<s>", 1),
                    part("Sequence", "B", 1))))
        .put("special_tokens", Obj.empty().put("<s>", begin));
  }

  private static Obj part(String kind, String id, long type) {
    return Obj.empty().put(kind, Obj.empty().put("id", new Str(id)).put("type_id", Num.of(type)));
  }

  private Obj bpe() {
    ids.keySet().forEach(text -> guard.take(COPIES * Merges.line(text), where));
    JsonValue unknown =
        model.pieces().stream()
            .filter(piece -> piece.kind() == Kind.UNKNOWN)
            .findFirst()
            .<JsonValue>map(piece -> new Str(piece.text()))
            .orElse(Null.NULL);
    return typed("BPE")
        .put("dropout", Null.NULL)
        .put("unk_token", unknown)
        .put("continuing_subword_prefix", Null.NULL)
        .put("end_of_word_suffix", Null.NULL)
        .put("fuse_unk", new Bool(true))
        .put("byte_fallback", new Bool(true))
        .put("vocab", new Obj(ids))
        .put("merges", merges());
  }

  private Arr merges() {
    Set<String> pieces = new LinkedHashSet<>(ids.keySet());
    model.pieces().stream()
        .filter(piece -> NO_MERGES.contains(piece.kind()))
        .map(Piece::text)
        .forEach(pieces::remove);
    var merges = new Merges(pieces, guard, where);
    guard.take(COPIES * merges.bytes(), where);
    return new Arr(merges);
  }
}
