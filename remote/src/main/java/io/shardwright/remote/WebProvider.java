package io.shardwright.remote;

import io.shardwright.spi.channel.Addresses;
import java.net.URI;
import java.util.Optional;

/**
 * Files of web servers. Their addresses stay as they are written: a server knows its own escapes.
 */
abstract class WebProvider extends RemoteProvider {
  private final WebStore store;
  private final Retries retries;

  WebProvider(String scheme, Settings settings, Retries retries) {
    super(scheme, settings.connections());
    this.retries = retries;
    store = new WebStore(new Http(settings), retries);
  }

  @Override
  Store store() {
    return store;
  }

  @Override
  Retries retries() {
    return retries;
  }

  @Override
  RemotePath parse(URI address) {
    if (address.getHost() == null || address.getRawUserInfo() != null) {
      throw new IllegalArgumentException("expected a host and no user");
    }
    String text = address.toString().replaceFirst("#.*", "");
    int query = text.indexOf('?');
    String path = text.substring(text.indexOf("://") + 3, query < 0 ? text.length() : query);
    return new RemotePath(
        system(),
        true,
        RemotePath.split(path),
        query < 0 ? Optional.empty() : Optional.of(text.substring(query + 1)));
  }

  @Override
  URI uri(RemotePath path) {
    return Addresses.uri(system().root() + path.from(0));
  }
}
