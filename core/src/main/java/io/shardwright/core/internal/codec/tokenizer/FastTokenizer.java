package io.shardwright.core.internal.codec.tokenizer;

import io.shardwright.core.internal.codec.json.JsonValue;
import io.shardwright.core.internal.codec.json.JsonValue.Arr;
import io.shardwright.core.internal.codec.json.JsonValue.Bool;
import io.shardwright.core.internal.codec.json.JsonValue.Null;
import io.shardwright.core.internal.codec.json.JsonValue.Num;
import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.core.internal.codec.json.JsonValue.Str;
import io.shardwright.core.internal.codec.tokenizer.SentencePieceModel.Kind;
import io.shardwright.core.internal.codec.tokenizer.SentencePieceModel.Piece;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A SentencePiece BPE model as {@code tokenizer.json} of the Hugging Face tokenizers library, and
 * the configuration under which transformers 4 and 5 read it alike.
 */
public final class FastTokenizer {
  /** Every cut of a piece is tried, so a piece must not be a book. */
  private static final int LONGEST = 1_024;

  private static final String SPACE = "\u2581";
  private static final Set<Kind> NO_MERGES = Set.of(Kind.UNKNOWN, Kind.CONTROL, Kind.BYTE);

  /** A pair that becomes a piece. */
  private record Merge(int piece, String left, String right, int leftId, int rightId) {}

  private final SentencePieceModel model;
  private final Map<String, Integer> ids = new LinkedHashMap<>();

  private FastTokenizer(SentencePieceModel model) {
    this.model = model;
    for (int id = 0; id < model.pieces().size(); id++) {
      ids.putIfAbsent(model.pieces().get(id).text(), id);
    }
  }

  /** The documents by name; empty where the model is of a kind that has no equal there. */
  public static Optional<Map<String, Obj>> of(ByteBuffer bytes) {
    return SentencePieceModel.read(bytes)
        .filter(model -> model.bpe() && model.plain())
        .filter(model -> model.pieces().stream().allMatch(p -> p.text().length() <= LONGEST))
        .map(model -> new FastTokenizer(model).documents());
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
            .put("ids", new Arr(List.of(Num.of(ids.get("<s>")))))
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
    Obj vocabulary = Obj.empty();
    ids.forEach((text, id) -> vocabulary.put(text, Num.of(id)));
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
        .put("vocab", vocabulary)
        .put("merges", merges());
  }

  /** Every way to put a piece together from two, in the order in which the pieces were found. */
  private Arr merges() {
    Set<String> none =
        model.pieces().stream()
            .filter(piece -> NO_MERGES.contains(piece.kind()))
            .map(Piece::text)
            .collect(Collectors.toSet());
    var merges = new ArrayList<Merge>();
    ids.forEach(
        (text, id) -> {
          if (!none.contains(text)) {
            for (int cut = 1; cut < text.length(); cut++) {
              String left = text.substring(0, cut);
              String right = text.substring(cut);
              boolean pieces =
                  ids.containsKey(left)
                      && ids.containsKey(right)
                      && !none.contains(left)
                      && !none.contains(right);
              if (pieces) {
                merges.add(new Merge(id, left, right, ids.get(left), ids.get(right)));
              }
            }
          }
        });
    merges.sort(
        Comparator.comparingInt(Merge::piece)
            .thenComparingInt(merge -> merge.left().codePointCount(0, merge.left().length()))
            .thenComparingInt(merge -> merge.right().codePointCount(0, merge.right().length()))
            .thenComparingInt(Merge::leftId)
            .thenComparingInt(Merge::rightId));
    return new Arr(
        merges.stream()
            .<JsonValue>map(merge -> new Str(merge.left() + " " + merge.right()))
            .toList());
  }
}
