package io.shardwright.remote;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Models of the hub. A revision becomes a commit once, so that all that is read of it belongs
 * together. Files that the hub's cache has are read there; all of a commit, where the hub can't be
 * reached.
 */
final class HubStore implements Store {
  private final Hub hub;
  private final HubCache cache;
  private final boolean offline;
  private final Map<String, HubRepository> repositories = new ConcurrentHashMap<>();

  HubStore(Settings settings, Http http, Retries retries) {
    hub = new Hub(settings, http, retries);
    cache = HubCache.of(settings);
    offline = settings.flag("HF_HUB_OFFLINE") || settings.flag("TRANSFORMERS_OFFLINE");
  }

  private HubRepository repository(HubAddress address) {
    return repositories.computeIfAbsent(
        address.id() + "@" + address.revision(), key -> ask(address));
  }

  private HubRepository ask(HubAddress address) {
    if (offline) {
      return cache.snapshot(address).orElseThrow(() -> notHere(address));
    }
    boolean kept = cache.commit(address).isPresent();
    try {
      return hub.repository(address, cache, !kept);
    } catch (CheckpointIoException unreachable) {
      if (!kept || unreachable.code() != ErrorCode.NETWORK_FAILED) {
        throw unreachable;
      }
      return cache.snapshot(address).orElseThrow(() -> unreachable);
    }
  }

  private static CheckpointIoException notHere(HubAddress address) {
    return new CheckpointIoException(
        ErrorCode.SOURCE_MISSING,
        address.where(),
        "is not in the hub's cache, and HF_HUB_OFFLINE is set: fetch it, or unset that");
  }

  /** The commit of a path whose repository was asked for. */
  Optional<String> commit(HubAddress address) {
    return Optional.ofNullable(repositories.get(address.id() + "@" + address.revision()))
        .map(HubRepository::commit);
  }

  @Override
  public Optional<Entry> entry(RemotePath path) {
    return HubAddress.of(path).flatMap(address -> repository(address).entry(address.file()));
  }

  @Override
  public List<String> names(RemotePath folder) {
    return HubAddress.of(folder)
        .map(address -> repository(address).names(address.file()))
        .orElse(List.of());
  }

  private Optional<HubFile> file(RemotePath path) {
    return HubAddress.of(path).map(address -> repository(address).files().get(address.file()));
  }

  /** Where the hub's cache has a file. */
  Optional<Path> local(RemotePath path) {
    return file(path).flatMap(HubFile::local);
  }

  @Override
  public RangeReader reader(RemotePath path) {
    HubFile file = file(path).orElseThrow(() -> Store.missing(path.toString()));
    HubAddress address = HubAddress.of(path).orElseThrow();
    return hub.reader(address, repository(address).commit(), file, path.toString());
  }
}
