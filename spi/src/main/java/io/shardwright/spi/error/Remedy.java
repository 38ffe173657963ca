package io.shardwright.spi.error;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A setting that a message names, most often to say what to do. The message's template holds its
 * place, between two characters that Unicode keeps out of texts; who shows the message puts words
 * there: the API's, a command line's options, a host's own.
 *
 * @param setting what to set
 * @param value what to set it to, where the message says so
 */
public record Remedy(Setting setting, Optional<String> value) {
  private static final char OPEN = '\uFDD0';
  private static final char CLOSE = '\uFDD1';

  /** Only names of settings: whatever else a file's name may hold stays as it is. */
  private static final Pattern PLACE =
      Pattern.compile(
          Arrays.stream(Setting.values())
              .map(Setting::name)
              .collect(Collectors.joining("|", OPEN + "(", ")(?:=([^" + CLOSE + "]*))?" + CLOSE)));

  /**
   * Its place in a template.
   *
   * @return what {@link #say} replaces
   */
  public String inText() {
    return OPEN + setting.name() + value.map(text -> "=" + text).orElse("") + CLOSE;
  }

  /**
   * The settings that a template names.
   *
   * @param template a message
   * @return in the order of the message; empty if it names none
   */
  public static List<Remedy> in(String template) {
    return PLACE.matcher(template).results().map(Remedy::of).toList();
  }

  /**
   * A template as text.
   *
   * @param template a message
   * @param words what a setting is called; {@link Remedy#toString} for the API's words, {@link
   *     Remedy#inText} to make the template part of another
   * @return the message in these words
   */
  public static String say(String template, Function<Remedy, String> words) {
    return template.indexOf(OPEN) < 0
        ? template
        : PLACE
            .matcher(template)
            .replaceAll(place -> Matcher.quoteReplacement(words.apply(of(place))));
  }

  /**
   * Templates as texts.
   *
   * @param templates messages
   * @param words what a setting is called
   * @return the messages in these words
   */
  public static List<String> say(List<String> templates, Function<Remedy, String> words) {
    return templates.stream().map(template -> say(template, words)).toList();
  }

  private static Remedy of(MatchResult place) {
    return new Remedy(Setting.valueOf(place.group(1)), Optional.ofNullable(place.group(2)));
  }

  /** In the API's words, such as {@code untie} or {@code layout(distributed)}. */
  @Override
  public String toString() {
    return setting + value.map(text -> "(" + text + ")").orElse("");
  }
}
