package io.shardwright.remote;

import io.shardwright.remote.TestServer.Fault;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** What networks and servers do to those who read. */
final class Faults {
  private Faults() {}

  /** So many requests go wrong, the others don't. */
  static Fault times(int number, Fault fault) {
    var left = new AtomicInteger(number);
    return (exchange, server) -> left.getAndDecrement() > 0 && fault.takes(exchange, server);
  }

  static Fault status(int status) {
    return (exchange, server) -> {
      TestServer.status(exchange, status);
      return true;
    };
  }

  /** 429 with a time to wait. */
  static Fault busy(String seconds) {
    return (exchange, server) -> {
      exchange.getResponseHeaders().set("Retry-After", seconds);
      TestServer.status(exchange, 429);
      return true;
    };
  }

  /** The connection ends without an answer. */
  static Fault reset() {
    return (exchange, server) -> {
      exchange.close();
      return true;
    };
  }

  /** The body ends after some bytes. */
  static Fault cut(Function<String, Content> files, long bytes) {
    return (exchange, server) -> {
      server.serve(exchange, files.apply(exchange.getRequestURI().getPath()), bytes);
      return true;
    };
  }

  /** Some bytes come, and nothing more. */
  static Fault stall(Function<String, Content> files, long bytes) {
    return (exchange, server) -> {
      server.serve(exchange, files.apply(exchange.getRequestURI().getPath()), bytes);
      exchange.getResponseBody().flush();
      TestServer.sleep(60_000);
      return true;
    };
  }
}
