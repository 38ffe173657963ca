package io.shardwright.core.internal.codec.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.Limits;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.core.policy.ReadPolicy.UnknownGlobals;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FastTokenizerTest {
  private static final long ROOM = 1L << 40;

  static Stream<SentencePieces> bombs() {
    return Stream.of(
        new SentencePieces().runs("b", 700),
        new SentencePieces().runs("ab", 500),
        new SentencePieces().runs("\u2581", 500),
        new SentencePieces().runs("\u0001", 400),
        new SentencePieces().runs("\ud83d\ude00", 500),
        IntStream.range('a', 'u')
            .mapToObj(Character::toString)
            .reduce(new SentencePieces(), (all, run) -> all.runs(run, 250), (one, same) -> same));
  }

  @ParameterizedTest
  @MethodSource("bombs")
  void refusesPiecesWithMoreMergesThanALimit(SentencePieces bomb) {
    var refusal = assertThrows(UnsafeCheckpointException.class, () -> read(bomb, Limits.STANDARD));
    assertEquals(ErrorCode.LIMIT_EXCEEDED, refusal.code());
    String message = refusal.getMessage();
    assertTrue(message.contains("limit(MERGE_BYTES)"), message);
    assertTrue(message.contains("x.model"), message);
  }

  @Test
  void theLimitIsAsLargeAsTheLinesOfTheMerges() {
    long lines = 3 * 16 + "aa".length() + 2 * "aaa".length();
    Limits enough = limits(Limit.MERGE_BYTES, lines);
    assertEquals(3, merges(new SentencePieces().runs("a", 3), enough).size());
    Limits less = limits(Limit.MERGE_BYTES, lines - 1);
    var pieces = new SentencePieces().runs("a", 3);
    assertThrows(UnsafeCheckpointException.class, () -> read(pieces, less));
  }

  @Test
  void addedTokensCountAsMemory() {
    var pieces = new SentencePieces();
    IntStream.range(0, 1_000).forEach(i -> pieces.piece("<" + i + ">", 4));
    var refusal =
        assertThrows(
            UnsafeCheckpointException.class,
            () -> read(pieces, limits(Limit.HEAP_BYTES, 1_000_000)));
    assertTrue(refusal.getMessage().contains("limit(HEAP_BYTES)"), refusal.getMessage());
  }

  /** As large as LLaMA's, with as long runs of blanks as Gemma's. */
  @Test
  void anHonestVocabularyIsFarFromTheLimits() {
    var random = new Random(5);
    var texts = new LinkedHashSet<String>();
    IntStream.range(0, 2_000).forEach(i -> texts.add(Character.toString(0x2500 + i)));
    var list = new ArrayList<>(texts);
    while (list.size() < 32_000) {
      String text = list.get(random.nextInt(list.size())) + list.get(random.nextInt(2_000));
      if (text.length() <= 16 && texts.add(text)) {
        list.add(text);
      }
    }
    var pieces = new SentencePieces().runs("\u2581", 31).runs("\n", 31).runs("\t", 31);
    list.forEach(pieces::piece);
    Limits limits = limits(Limit.MERGE_BYTES, 8 << 20).with(Limit.HEAP_BYTES, 32 << 20);
    assertTrue(merges(pieces, limits).size() >= 30_000 + 3 * 465);
  }

  @Test
  void findsTheMergesThatTryingEveryCutFinds() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int run = 0; run < 50; run++) {
      var texts = new LinkedHashSet<String>();
      for (int i = 0; i < 60; i++) {
        int length = 1 + random.nextInt(8);
        var text = new StringBuilder();
        IntStream.range(0, length).forEach(at -> text.append("ab\u2581".charAt(random.nextInt(3))));
        texts.add(text.toString());
      }
      var pieces = new SentencePieces();
      texts.forEach(pieces::piece);
      assertEquals(everyCut(texts), merges(pieces, Limits.STANDARD), () -> "seed " + seed);
    }
  }

  private static List<String> everyCut(LinkedHashSet<String> texts) {
    var merges = new ArrayList<String>();
    for (String text : texts) {
      for (int cut = 1; cut < text.length(); cut++) {
        String left = text.substring(0, cut);
        String right = text.substring(cut);
        if (texts.contains(left) && texts.contains(right)) {
          merges.add(left + " " + right);
        }
      }
    }
    return merges;
  }

  @Test
  void whatIsNoTextIsNotMerged() {
    var pieces =
        new SentencePieces().piece("<", 3).piece("a").piece("<a").piece("aa").piece("0", 6);
    assertEquals(List.of("a a"), merges(pieces.piece("a0"), Limits.STANDARD));
  }

  private static List<String> merges(SentencePieces pieces, Limits limits) {
    Obj model = (Obj) read(pieces, limits).get("tokenizer.json").get("model").orElseThrow();
    Arr merges = (Arr) model.get("merges").orElseThrow();
    assertTrue(JsonDocument.write(model, 2).length > merges.items().size());
    return merges.items().stream().map(merge -> ((Str) merge).value()).toList();
  }

  private static Map<String, Obj> read(SentencePieces pieces, Limits limits) {
    Limits wide = limits.get(Limit.HEAP_BYTES) < 0 ? limits.with(Limit.HEAP_BYTES, ROOM) : limits;
    var guard = new Guard(new ReadPolicy(wide, UnknownGlobals.KEEP, true));
    return FastTokenizer.of(pieces.bytes(), guard, "x.model").orElseThrow();
  }

  private static Limits limits(Limit limit, long value) {
    return Limits.STANDARD.with(limit, value);
  }
}
