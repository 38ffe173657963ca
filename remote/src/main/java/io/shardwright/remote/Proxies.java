package io.shardwright.remote;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which proxy a host is asked through: what Java's own properties say, else the variables that most
 * programs follow.
 *
 * @param tls for https
 * @param plain for http
 * @param direct ends of the names of hosts that are asked without one
 */
record Proxies(Optional<URI> tls, Optional<URI> plain, List<String> direct) {
  static Proxies of(Settings settings) {
    return new Proxies(
        settings.text("HTTPS_PROXY", "https_proxy").flatMap(Proxies::address),
        settings.text("http_proxy").flatMap(Proxies::address),
        settings.text("NO_PROXY", "no_proxy").stream()
            .flatMap(text -> Stream.of(text.split("[, ]+")))
            .map(name -> name.toLowerCase(Locale.ROOT))
            .filter(name -> !name.isEmpty())
            .toList());
  }

  private static Optional<URI> address(String text) {
    try {
      URI address = URI.create(text.contains("://") ? text : "http://" + text);
      return Optional.of(address).filter(each -> each.getHost() != null);
    } catch (IllegalArgumentException odd) {
      return Optional.empty();
    }
  }

  Proxy of(URI address) {
    var wanted = Http.isTls(address) ? tls : plain;
    if (wanted.isEmpty() || isDirect(address.getHost().toLowerCase(Locale.ROOT))) {
      return ProxySelector.getDefault().select(address).get(0);
    }
    int port = wanted.get().getPort();
    var host = new InetSocketAddress(wanted.get().getHost(), port < 0 ? 80 : port);
    return new Proxy(Proxy.Type.HTTP, host);
  }

  private boolean isDirect(String host) {
    return host.equals("localhost")
        || host.startsWith("127.")
        || direct.stream().anyMatch(end -> end.equals("*") || ends(host, end));
  }

  private static boolean ends(String host, String end) {
    String name = end.startsWith(".") ? end.substring(1) : end;
    return host.equals(name) || host.endsWith("." + name);
  }
}
