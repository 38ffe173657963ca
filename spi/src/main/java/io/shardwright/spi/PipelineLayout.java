package io.shardwright.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Megatron's layout of a pipeline: which layers each part of it holds (Megatron-Core 0.19, {@code
 * megatron/core/transformer/pipeline_parallel_layer_layout.py}).
 *
 * <pre>
 * layout = part ("|" part)*
 * part   = item*                       commas mean nothing
 * item   = letter | letter "*" NUMBER | "(" layout ")" "*" NUMBER
 * letter = "E" | "t" | "m" | "L"       embedding, layer, token prediction layer, loss
 * </pre>
 *
 * A group holds no group. E is in the first part, L in the last. Part <i>v * P + p</i> of <i>P *
 * V</i> is chunk <i>v</i> of stage <i>p</i>.
 *
 * @param text the layout as written, on one line
 * @param parts the letters of each part, without repetition signs; a part may be empty
 */
public record PipelineLayout(String text, List<String> parts) {
  private static final int MOST_LETTERS = 100_000;
  private static final Pattern GROUP = Pattern.compile("\\(([^()]+)\\)\\*([0-9]{1,5})");
  private static final Pattern LETTER = Pattern.compile("([EtmL|])\\*([0-9]{1,5})");
  private static final Pattern PLAIN = Pattern.compile("[EtmL|]*");
  private static final Map<String, String> WORDS =
      Map.of("embedding", "E", "decoder", "t", "mtp", "m", "loss", "L");

  /**
   * Copies the parts and checks the order of layers.
   *
   * @param text kept as given
   * @param parts copied
   * @throws IllegalArgumentException if the first letter is not the only E, the last not the only
   *     L, or a t comes after an m
   */
  public PipelineLayout {
    parts = List.copyOf(parts);
    boolean ends = parts.get(0).startsWith("E") && parts.get(parts.size() - 1).endsWith("L");
    if (!ends || !String.join("", parts).matches("Et*m*L")) {
      throw wrong(text, "expected E in the first part, then t, then m, and L in the last part");
    }
    long holders = parts.stream().filter(part -> part.contains("m")).count();
    if (holders > 1) {
      throw wrong(text, "its m stand in " + holders + " parts, expected one");
    }
  }

  /**
   * Reads a layout.
   *
   * @param text for example {@code Et*3|(tt|)*2,m|L}
   * @return the layout
   * @throws IllegalArgumentException if it breaks the grammar, or has over 100,000 letters
   */
  public static PipelineLayout parse(String text) {
    String plain = unrolled(unrolled(text.replace(",", ""), GROUP, text), LETTER, text);
    if (!PLAIN.matcher(plain).matches()) {
      char odd = plain.replaceAll("[EtmL|]", "").charAt(0);
      throw wrong(text, "'" + odd + "' is unknown, expected E, t, m, L, |, (…)*n or x*n");
    }
    return new PipelineLayout(text, List.of(plain.split("\\|", -1)));
  }

  /**
   * Makes a layout of words, as a configuration may list them.
   *
   * @param parts for each part its words: {@code embedding}, {@code decoder}, {@code mtp}, {@code
   *     loss}
   * @return the layout
   * @throws IllegalArgumentException as {@link #parse}, or if a word is unknown
   */
  public static PipelineLayout ofWords(List<List<String>> parts) {
    var letters = new ArrayList<String>();
    for (List<String> part : parts) {
      var own = new StringBuilder();
      for (String word : part) {
        String letter = WORDS.get(word.strip().toLowerCase(java.util.Locale.ROOT));
        if (letter == null) {
          throw wrong(
              part.toString(), "'" + word + "' is unknown, expected one of " + WORDS.keySet());
        }
        own.append(letter);
      }
      letters.add(own.toString());
    }
    return new PipelineLayout(String.join("|", letters), letters);
  }

  private static String unrolled(String text, Pattern repeated, String whole) {
    var unrolled = new StringBuilder();
    int from = 0;
    for (MatchResult found : repeated.matcher(text).results().toList()) {
      unrolled.append(text, from, found.start());
      long letters = (long) found.group(1).length() * Integer.parseInt(found.group(2));
      if (unrolled.length() + letters > MOST_LETTERS) {
        throw wrong(whole, "it has over " + MOST_LETTERS + " letters");
      }
      unrolled.append(found.group(1).repeat(Integer.parseInt(found.group(2))));
      from = found.end();
    }
    return unrolled.append(text, from, text.length()).toString();
  }

  private static IllegalArgumentException wrong(String text, String why) {
    return new IllegalArgumentException("'" + text + "' is not a pipeline layout: " + why);
  }

  /**
   * Counts the layers of a kind.
   *
   * @param letter {@code t} or {@code m}
   * @return for each part how many it holds
   */
  public List<Integer> counts(char letter) {
    return parts.stream().map(part -> (int) part.chars().filter(c -> c == letter).count()).toList();
  }

  @Override
  public String toString() {
    return text;
  }
}
