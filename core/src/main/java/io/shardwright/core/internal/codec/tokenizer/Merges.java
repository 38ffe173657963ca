package io.shardwright.core.internal.codec.tokenizer;

import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Str;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The BPE merges that follow from a SentencePiece vocabulary: every pair of pieces that forms a
 * piece, in the order of the formed pieces, the shortest left part first. A merge is kept as a
 * number; its text is made on demand.
 *
 * <p>Hashes of a piece's prefixes give those of its suffixes too, so that every cut takes the same
 * time, and only cuts that count are compared letter by letter.
 */
final class Merges extends AbstractList<JsonValue> {
  /** Bytes around a text where the document is indented. */
  private static final long AROUND = 16;

  private static final long BASE = 0x9e3779b97f4a7c15L;

  private final List<String> pieces;
  private final Set<String> known;
  private final long[] hashes;
  private final long[] powers;
  private final Guard guard;
  private final String where;
  private final long[] found;
  private long bytes;

  /**
   * Finds them.
   *
   * @param known the pieces, in their order
   * @param where the tokenizer, for messages
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if they take too many bytes
   */
  Merges(Set<String> known, Guard guard, String where) {
    this.known = known;
    this.guard = guard;
    this.where = where;
    pieces = List.copyOf(known);
    powers = new long[1 + pieces.stream().mapToInt(String::length).max().orElse(0)];
    Arrays.setAll(powers, i -> i == 0 ? 1 : powers[i - 1] * BASE);
    hashes = pieces.stream().mapToLong(Merges::hash).sorted().toArray();
    var cuts = LongStream.builder();
    IntStream.range(0, pieces.size()).forEach(piece -> cut(piece, cuts));
    found = cuts.build().toArray();
  }

  private static long hash(String text) {
    long hash = 0;
    for (int i = 0; i < text.length(); i++) {
      hash = next(hash, text.charAt(i));
    }
    return hash;
  }

  private static long next(long hash, char letter) {
    return hash * BASE + letter + 1;
  }

  private void cut(int piece, LongStream.Builder cuts) {
    String text = pieces.get(piece);
    long taken = line(text);
    long whole = hash(text);
    long left = 0;
    for (int cut = 1; cut < text.length(); cut++) {
      left = next(left, text.charAt(cut - 1));
      boolean likely = isKnown(left) && isKnown(whole - left * powers[text.length() - cut]);
      if (likely && arePieces(text, cut, taken)) {
        cuts.add((long) piece << Integer.SIZE | cut);
      }
    }
  }

  private boolean isKnown(long hash) {
    return Arrays.binarySearch(hashes, hash) >= 0;
  }

  private boolean arePieces(String text, int cut, long taken) {
    bytes += taken;
    guard.require(Limit.MERGE_BYTES, bytes, where);
    return known.contains(text.substring(0, cut)) && known.contains(text.substring(cut));
  }

  /** About how many bytes a line of the document has. */
  static long line(String text) {
    return JsonDocument.bytes(text) + AROUND;
  }

  /** About how many bytes the document has of merges. */
  long bytes() {
    return bytes;
  }

  @Override
  public JsonValue get(int index) {
    String text = pieces.get((int) (found[index] >>> Integer.SIZE));
    int cut = (int) found[index];
    return new Str(text.substring(0, cut) + " " + text.substring(cut));
  }

  @Override
  public int size() {
    return found.length;
  }
}
