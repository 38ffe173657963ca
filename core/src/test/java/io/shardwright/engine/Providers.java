package io.shardwright.engine;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;

/** All classes of the tests, and no other providers than those that are offered. */
public final class Providers extends URLClassLoader {
  private final Path services;

  public Providers(Path folder) throws IOException {
    super(
        new URL[] {Files.createDirectories(folder).toUri().toURL()},
        Providers.class.getClassLoader());
    services = Files.createDirectories(folder.resolve("META-INF/services"));
  }

  public Providers offer(Class<?> service, List<String> names) throws IOException {
    Files.write(services.resolve(service.getName()), names);
    return this;
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    return findResources(name);
  }
}
