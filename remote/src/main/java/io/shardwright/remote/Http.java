package io.shardwright.remote;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** Asks web servers, and follows where they lead; no other host gets what one host is told. */
final class Http {
  private static final int MOST_REDIRECTS = 10;

  private final int timeout;
  private final boolean plain;
  private final Proxies proxies;

  Http(Settings settings) {
    timeout = (int) Duration.ofSeconds(settings.timeout().toSeconds()).toMillis();
    plain = settings.allowsPlain();
    proxies = Proxies.of(settings);
  }

  /**
   * What is asked for.
   *
   * @param address where
   * @param home the address whose host gets the credentials
   * @param authorization credentials
   * @param where the address for messages, which holds no secret
   */
  record Call(URI address, URI home, Optional<String> authorization, String where) {
    Call(URI address, Optional<String> authorization, String where) {
      this(address, address, authorization, where);
    }

    Call at(URI other) {
      return new Call(other, home, authorization, where);
    }
  }

  /**
   * Gets the answer of whoever has it.
   *
   * @throws IOException if nobody answers
   */
  Answer get(Call call, Map<String, String> headers) throws IOException {
    URI at = call.address();
    for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
      var answer = ask(call.at(at), headers);
      var next = answer.redirect();
      if (next.isEmpty()) {
        return answer;
      }
      answer.close();
      at = follow(at, next.get(), call.where());
    }
    throw new CheckpointIoException(
        ErrorCode.READ_FAILED, call.where(), "leads from one address to another without end");
  }

  private static URI follow(URI from, String to, String where) {
    try {
      URI next = from.resolve(to);
      if (next.getHost() != null && (isTls(next) || !isTls(from))) {
        return next;
      }
    } catch (IllegalArgumentException odd) {
      // Told below, without an address that may be a signature.
    }
    throw new CheckpointIoException(
        ErrorCode.READ_FAILED, where, "the server redirects to an address without https");
  }

  private Answer ask(Call call, Map<String, String> headers) throws IOException {
    URI at = call.address();
    requireSafe(at, call.where());
    Proxy proxy = proxies.of(at);
    var connection =
        (HttpURLConnection)
            (proxy == Proxy.NO_PROXY
                ? at.toURL().openConnection()
                : at.toURL().openConnection(proxy));
    connection.setInstanceFollowRedirects(false);
    connection.setUseCaches(false);
    connection.setConnectTimeout(timeout);
    connection.setReadTimeout(timeout);
    connection.setRequestProperty("Accept", "*/*");
    connection.setRequestProperty("Accept-Encoding", "identity");
    connection.setRequestProperty("User-Agent", "shardwright");
    headers.forEach(connection::setRequestProperty);
    if (sameHost(at, call.home())) {
      call.authorization().ifPresent(it -> connection.setRequestProperty("Authorization", it));
    }
    try {
      return new Answer(at, connection, connection.getResponseCode());
    } catch (SSLHandshakeException untrusted) {
      throw untrusted(call.where(), untrusted);
    }
  }

  private static CheckpointIoException untrusted(String where, SSLException failure) {
    return new CheckpointIoException(
        ErrorCode.NETWORK_FAILED,
        where,
        "the server's certificate can't be trusted: " + failure.getMessage());
  }

  /** Anybody on the way can read and change what comes without TLS. */
  private void requireSafe(URI address, String where) throws UnknownHostException {
    if (isTls(address) || plain || isLoopback(address.getHost())) {
      return;
    }
    throw new UnsupportedCheckpointException(
        ErrorCode.UNSUPPORTED,
        where,
        "is not an https address, so others could change the data: use https, or set"
            + " SHARDWRIGHT_REMOTE_ALLOW_HTTP=1");
  }

  private static boolean isLoopback(String host) throws UnknownHostException {
    boolean own = host.matches("localhost|127\\.[0-9.]+|\\[[0-9a-fA-F:]+]");
    return own && InetAddress.getByName(host).isLoopbackAddress();
  }

  static boolean isTls(URI address) {
    return "https".equalsIgnoreCase(address.getScheme());
  }

  static boolean sameHost(URI one, URI other) {
    return one.getScheme().equalsIgnoreCase(other.getScheme())
        && one.getHost().equalsIgnoreCase(other.getHost())
        && one.getPort() == other.getPort();
  }
}
