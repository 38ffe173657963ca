package io.shardwright.core.internal.registry;

import io.shardwright.spi.channel.Addresses;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.net.URI;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Turns names into paths: those of files, and addresses of the file systems that Java has or that a
 * class loader offers. These are looked for when there is an address.
 */
public final class FileNames {
  /** The schemes of our own jar. */
  private static final Set<String> REMOTE = Set.of("hf", "https", "http", "s3", "hdfs");

  private final Supplier<ClassLoader> loader;
  private final List<FileSystemProvider> found = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private boolean searched;

  /** With the file systems that a class loader offers. */
  public FileNames(Supplier<ClassLoader> loader) {
    this.loader = loader;
  }

  /**
   * The path of a name.
   *
   * @throws java.nio.file.InvalidPathException if no file can have it
   * @throws UnsupportedCheckpointException if no file system knows it
   */
  public Path path(String name) {
    if (!Addresses.is(name)) {
      return Path.of(name);
    }
    String shown = Addresses.shown(name);
    try {
      URI address = Addresses.uri(name);
      return provider(address.getScheme(), shown).getPath(address);
    } catch (IllegalArgumentException odd) {
      throw new CheckpointIoException(
          ErrorCode.SOURCE_MISSING, shown, "is not an address: check its spelling");
    }
  }

  private FileSystemProvider provider(String scheme, String shown) {
    return all().stream()
        .filter(provider -> provider.getScheme().equalsIgnoreCase(scheme))
        .findFirst()
        .orElseThrow(() -> unknown(scheme, shown));
  }

  private synchronized List<FileSystemProvider> all() {
    if (!searched) {
      found.addAll(FileSystemProvider.installedProviders());
      Providers.each(FileSystemProvider.class, loader.get(), found::add, failures);
      searched = true;
    }
    return found;
  }

  private UnsupportedCheckpointException unknown(String scheme, String shown) {
    String cause = failures.isEmpty() ? "" : "; " + String.join("; ", failures);
    String jar =
        REMOTE.contains(scheme) ? "add " + OwnJar.REMOTE : "add the jar of a file system for it";
    return new UnsupportedCheckpointException(
        ErrorCode.UNSUPPORTED,
        shown,
        "no jar that was found reads '"
            + scheme
            + "://': "
            + jar
            + " to the folder lib beside the program, or with "
            + Setting.ADAPTER_PATH.inText()
            + cause);
  }
}
