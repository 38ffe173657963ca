package io.shardwright.remote;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What environment variables configure; {@code docs/remote.md} lists them.
 *
 * @param variables by name
 */
record Settings(Map<String, String> variables) {
  private static final String ATTEMPTS = "SHARDWRIGHT_REMOTE_ATTEMPTS";
  private static final String CONNECTIONS = "SHARDWRIGHT_REMOTE_CONNECTIONS";
  private static final String TIMEOUT = "SHARDWRIGHT_REMOTE_TIMEOUT";
  private static final String PLAIN = "SHARDWRIGHT_REMOTE_ALLOW_HTTP";
  private static final int USUAL_CONNECTIONS = 8;
  private static final int MOST_CONNECTIONS = 64;

  Settings {
    variables = Map.copyOf(variables);
  }

  /** Those of this process. */
  static Settings ofProcess() {
    return new Settings(System.getenv());
  }

  /** The first of several variables that is set to something. */
  Optional<String> text(String... names) {
    for (String name : names) {
      String value = variables.get(name);
      if (value != null && !value.isBlank()) {
        return Optional.of(value.strip());
      }
    }
    return Optional.empty();
  }

  boolean flag(String name) {
    return text(name).filter(value -> value.matches("(?i)1|true|yes|on")).isPresent();
  }

  private int number(String name, int usual, int most) {
    return text(name)
        .filter(value -> value.matches("[1-9][0-9]{0,5}"))
        .map(value -> Math.min(most, Integer.parseInt(value)))
        .orElse(usual);
  }

  /** Requests at a time. */
  int connections() {
    return number(CONNECTIONS, USUAL_CONNECTIONS, MOST_CONNECTIONS);
  }

  /** How long a server may say nothing. */
  Duration timeout() {
    return timeout(20);
  }

  /** The same with another number of seconds where none is set. */
  Duration timeout(int usual) {
    return Duration.ofSeconds(number(TIMEOUT, usual, 3600));
  }

  Retries retries() {
    return Retries.STANDARD.of(number(ATTEMPTS, Retries.STANDARD.attempts(), 1000));
  }

  /** Whether other machines may be read without TLS. */
  boolean allowsPlain() {
    return flag(PLAIN);
  }

  Optional<Path> home() {
    return text("HOME", "USERPROFILE").map(Path::of);
  }
}
