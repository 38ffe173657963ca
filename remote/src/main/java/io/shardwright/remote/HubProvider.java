package io.shardwright.remote;

import com.google.auto.service.AutoService;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.spi.FileSystemProvider;
import java.util.Optional;
import java.util.Set;

/** Models of the Hugging Face hub: {@code hf://org/name[@revision][/path]}. */
@AutoService(FileSystemProvider.class)
public final class HubProvider extends RemoteProvider {
  private final Settings settings;
  private final Retries retries;
  private HubStore store;

  /** As the environment variables of the process say. */
  public HubProvider() {
    this(Settings.ofProcess(), Settings.ofProcess().retries());
  }

  HubProvider(Settings settings, Retries retries) {
    super("hf", settings.connections());
    this.settings = settings;
    this.retries = retries;
  }

  @Override
  synchronized HubStore store() {
    if (store == null) {
      try {
        store = new HubStore(settings, new Http(settings), retries);
      } catch (IllegalArgumentException odd) {
        throw new CheckpointIoException(
            ErrorCode.SOURCE_MISSING, "HF_ENDPOINT", "is not an address: check its spelling");
      }
    }
    return store;
  }

  @Override
  Retries retries() {
    return retries;
  }

  /** The commit, once it is known: a branch may be another one tomorrow. */
  @Override
  URI uri(RemotePath path) {
    Optional<HubAddress> address = HubAddress.of(path);
    return address
        .flatMap(store()::commit)
        .map(commit -> Segments.uri(system().root(), address.orElseThrow().at(commit)))
        .orElseGet(() -> super.uri(path));
  }

  /** A model has one name at all revisions: what is made of it may hold the name. */
  @Override
  String name(RemotePath path) {
    String last = super.name(path);
    boolean model = path.isAbsolute() && path.names().size() == 2;
    return model ? last.replaceFirst("@.*", "") : last;
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    boolean read = options.stream().noneMatch(RemoteProvider::writes);
    Optional<Path> local = read ? store().local(whole(path)) : Optional.empty();
    return local.isPresent()
        ? Files.newByteChannel(local.get())
        : super.newByteChannel(path, options, attributes);
  }
}
